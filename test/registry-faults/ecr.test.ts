import { ecrRegistry } from '../../lambda/registry/ecr.ts'
import { ACCOUNT } from '../registry/local-registry.ts'
import { ecrEndpoints } from './endpoints.ts'
import { testJudging } from './judging.ts'

testJudging({
  heading: 'ECR',
  adapter: ({ client }) => ecrRegistry({ client, registryId: ACCOUNT }),
  endpoints: ecrEndpoints,
})
