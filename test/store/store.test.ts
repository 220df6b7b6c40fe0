import { testStore } from '../contracts/store.ts'
import { memoryStore } from '../memory/store.ts'

testStore(async () => memoryStore())
