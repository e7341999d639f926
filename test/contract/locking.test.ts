import { expect } from 'chai'
import { openSqliteStore } from '../../adapters/store/sqlite/index.js'
