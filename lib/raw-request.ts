/** The host's own objects: `{ req, res }` on Express and plain Node, `{ ctx }` on Koa. */
export type RawRequest = { readonly req: unknown; readonly res: unknown } | { readonly ctx: unknown }
