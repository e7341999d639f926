import type { OpenApiChange } from '../change.js'
import { escaped } from './escape.js'
import type { ReportContext } from './index.js'
import { groupsOf, titleOf } from './markdown.js'
import { nothing } from './text.js'

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
.title{font-size:1.6rem;font-weight:700}.section-title{font-size:1.2rem;font-weight:600;margin-top:2rem}
.path{font-family:monospace;font-weight:600}.change-type{display:inline;margin-left:.5rem;color:#59636e}
.breaking{display:inline-block;color:#b42318;font-weight:600}
@media (prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}.change-type{color:#9198a1}.breaking{color:#ff7b72}}`

/** A page that stands alone. */
export function html(changes: readonly OpenApiChange[], context: ReportContext): string {
  const title = escaped(titleOf(context))
  const body = changes.length === 0 ? `<p>${escaped(nothing(context, null))}</p>` : groupsOf(changes).map(sectionOf).join('\n')
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style></head>
<body>
<div class="title">${title}</div>
${body}
</body>
</html>
`
}

function sectionOf({ heading, groups }: ReturnType<typeof groupsOf>[number]): string {
  const parts = groups.map(({ name, changes }) => {
    const path =
      name === null ? '' : `<span class="path">${escaped(name)}</span><div class="change-type">${kindOf(changes)}</div>\n`
    return `<div class="endpoint">\n${path}<ul class="endpoint-changes">\n${changes.map(itemOf).join('\n')}\n</ul>\n</div>`
  })
  return `<div class="section-title">${escaped(heading)}</div>\n${parts.join('\n')}`
}

function kindOf(changes: readonly OpenApiChange[]): string {
  if (changes.some(({ id }) => id === 'endpoint-added')) return 'New'
  return changes.some(({ id }) => /^api-(path-)?removed-/.test(id)) ? 'Deleted' : 'Updated'
}

function itemOf({ level, text }: OpenApiChange): string {
  const mark = level > 1 ? '<div class="breaking tooltip" data-text="Breaking Change">breaking</div> ' : ''
  return `<li class="change">${mark}${escaped(text)}</li>`
}
