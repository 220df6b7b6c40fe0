import { ecrRegistry } from '../../lambda/registry/ecr.ts'
import { ACCOUNT, ecrClient } from '../registry/local-registry.ts'
import { ecrEndpoints } from './endpoints.ts'
import { testJudging } from './judging.ts'

testJudging({
  heading: 'ECR',
  adapter: ({ url }) => ecrRegistry({ client: ecrClient(url), registryId: ACCOUNT }),
  endpoints: ecrEndpoints,
})
