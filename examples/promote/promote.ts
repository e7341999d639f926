// A deploy step: no server, only the contract. Shows what is pending, promotes what was just shown, and ends.
import { createFaucet } from 'faucet-db/node'

const { controller } = createFaucet({
  services: [{ name: 'shop', dsn: process.env.DATABASE_URL ?? 'sqlite:./shop.db' }],
  access: {},
  store: process.env.FAUCET_STORE ?? '.faucet/contracts.db',
})

await controller.ready()
const { changes, fingerprint } = await controller.diff('shop')
for (const change of changes) console.log(`${change.class}: ${change.text}`)

const { contract } = await controller.promote('shop', { expect: fingerprint, actor: 'deploy-42', reason: 'release 1.8' })
console.log(`shop is at contract version ${contract.version}`)

// Nothing is left open, so the process ends by itself.
await controller.close()
