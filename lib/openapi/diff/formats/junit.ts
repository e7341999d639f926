import type { OpenApiChange } from '../change.js'
import { escaped } from './escape.js'

/** A test suite with a failed case for each change. */
export function junit(changes: readonly OpenApiChange[]): string {
  const passed = '    <testcase name="no breaking changes detected" classname="OASDiff" time="0"></testcase>'
  const cases = changes.length === 0 ? [passed] : changes.map(caseOf)
  const [tests, failures] = [changes.length, changes.length]
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite package="com.oasdiff" time="0" tests="${tests}" errors="0" failures="${failures}" name="OASDiff">
${cases.join('\n')}
  </testsuite>
</testsuites>`
}

function caseOf({ id, text }: OpenApiChange): string {
  return `    <testcase name="${id}" classname="OASDiff" time="0">
      <failure message="Breaking change detected">${escaped(text)}</failure>
    </testcase>`
}
