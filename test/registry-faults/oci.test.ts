import { ociRegistry } from '../../lambda/registry/oci.ts'
import { ociEndpoints } from './endpoints.ts'
import { testJudging } from './judging.ts'
import { READER } from './world.ts'

testJudging({
  heading: 'OCI',
  adapter: ({ proxy: { host } }, now) => ociRegistry({ host, scheme: 'http', credentials: READER, now }),
  endpoints: ociEndpoints,
})
