// An Express app that was already there, with its own login; Faucet is the four lines in the middle.
import express from 'express'
import { createFaucet } from 'faucet-db/express'

const app = express()
const sessions = new Map([['letmein', { name: 'ada', staff: true }]])

app.use((req, _res, next) => {
  const user = sessions.get(req.get('authorization')?.replace('Bearer ', '') ?? '')
  Object.assign(req, { user })
  next()
})
app.get('/', (_req, res) => void res.send('the app that was here before'))

const staffOnly = (req: object) => ('user' in req && req.user ? true : ('unauthenticated' as const))

const { router, controller } = createFaucet({
  services: [{ name: 'shop', dsn: process.env.DATABASE_URL ?? 'sqlite:./shop.db' }],
  access: { authorize: ({ raw }) => staffOnly(raw.req), operate: ({ raw }) => staffOnly(raw.req) },
  store: process.env.FAUCET_STORE ?? '.faucet/contracts.db',
})
app.use('/api', router)

controller.on('drift', ({ state, changes }) =>
  console.error(`contract is ${state}: ${changes.map(({ text }) => text).join(' ')}`),
)

const server = app.listen(Number(process.env.PORT ?? 3000), (error?: Error) => {
  if (error) throw error
  const address = server.address()
  console.log(`listening on http://localhost:${typeof address === 'object' ? address?.port : address}`)
})
process.once('SIGTERM', () => server.close(() => controller.close()))
