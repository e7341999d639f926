/** Some operations by the client that swagger-typescript-api makes. Run as `generated-client.js BASE`. */
import { Api } from './api.js'

declare const process: { readonly argv: readonly string[] }

const { shop } = new Api({ baseUrl: process.argv[2] ?? '' })

const { data: made } = await shop.createCategories({ id: 901, name: 'Stoves' })
const { data: read } = await shop.readCategoriesRow(901)
const { data: changed } = await shop.updateCategoriesRow(901, { name: 'Cookers' })
const { data: list } = await shop.listCategories({ ids: '901', include_count: 'exact' })
const { data: removed } = await shop.deleteCategoriesRow(901)
const found = [made.meta.count, 'name' in read, changed.name, list.meta.total, removed.meta.count]
if (JSON.stringify(found) !== '[1,true,"Cookers",1,1]') throw new Error(JSON.stringify(found))
console.log('5 operations')
