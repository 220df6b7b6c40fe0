import { baseScenarios } from './crash/base-scenarios.ts'
import { dieEverywhere } from './crash/die-everywhere.ts'

dieEverywhere(baseScenarios)
