import { dieEverywhere } from './crash/die-everywhere.ts'
import { operatorScenarios } from './crash/operator-scenarios.ts'
import { scenarios } from './crash/scenarios.ts'

dieEverywhere({ ...scenarios, ...operatorScenarios })
