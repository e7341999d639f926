import { expect } from 'chai'
import { parse } from 'yaml'
import { fingerprintOf } from '../../../lib/openapi/diff/change.js'
import { diffOpenApi, formatChanges, ignoreLines, type ReportContext, severityLevels } from '../../../lib/openapi/diff/index.js'
import { answerOf, documentOf, requestOf } from './cases.js'

const context: ReportContext = { versions: ['1.0.0', '2.0.0'], isOther: true, onlyBreaking: false, file: 'b.yaml' }
const string = { type: 'string' }
const listOf = (properties: object, required: readonly string[]) => ({
  type: 'array',
  items: { type: 'object', properties, required },
})
const base = answerOf(listOf({ note: string, a: string }, ['note', 'a']))
const revision = answerOf(listOf({ a: { type: ['string', 'null'] }, b: string }, ['a']))

describe('a change of diffOpenApi', () => {
  it('has the fingerprints that are known', () => {
    expect(fingerprintOf('change_id', '', '', [])).to.equal('f8cd9af6b117')
    expect(fingerprintOf('change_id', 'GET', '/test', [])).to.equal('80a8c624dc40')
    expect(fingerprintOf('change_id', 'POST', '/api/test', [])).to.equal('f5b4600674e9')
    expect(fingerprintOf('change_id', 'GET', '/users', ['name', 42])).to.equal('39d9aa2ed55d')
    const [first] = diffOpenApi(base, revision).filter(({ id }) => id === 'response-required-property-removed')
    expect(first?.fingerprint).to.equal('60b62e021f68')
  })

  it('has the keys of a record in order, and none without a value', () => {
    const change = diffOpenApi(base, {
      ...revision,
      paths: { '/t': { get: { ...operationOf(revision), operationId: 'list_t' } } },
    })
    const keys = ['id', 'text', 'level', 'operation', 'operationId', 'path', 'section', 'fingerprint']
    for (const one of change) expect(Object.keys(one)).to.deep.equal(keys)
    const gone = diffOpenApi(documentOf({}, { components: { schemas: { A: string } } }), documentOf())
    expect(Object.keys(gone[0] ?? {})).to.deep.equal(['id', 'text', 'level', 'section', 'fingerprint'])
  })

  it('comes by level, path, method, rule and arguments', () => {
    const paths = (schema: object) => {
      const operation = operationOf(answerOf({ type: 'object', ...schema }))
      return documentOf({}, { paths: { '/b': { get: operation }, '/a': { put: operation, get: operation } } })
    }
    const found = diffOpenApi(
      paths({ properties: { z: string, a: string }, required: ['z', 'a'] }),
      paths({ properties: { c: string } }),
    )
    const places = found.map(({ level, path, operation, text }) => `${level} ${path} ${operation} ${/`(.)`/.exec(text)?.[1]}`)
    const each = (level: number, names: string) =>
      ['/a GET', '/a PUT', '/b GET'].flatMap((at) => [...names].map((name) => `${level} ${at} ${name}`))
    expect(places).to.deep.equal([...each(3, 'az'), ...each(1, 'c')])
  })

  it('says of which media type it is where several changed', () => {
    const both = (schema: object) => {
      const content = { 'application/json': { schema }, 'application/xml': { schema } }
      return documentOf({ responses: { '200': { description: '', content } } })
    }
    const texts = diffOpenApi(both(string), both({ type: 'integer' })).map(({ text }) => text)
    expect(texts.map((text) => /\(media type: .*\)$/.exec(text)?.[0])).to.deep.equal([
      '(media type: application/json)',
      '(media type: application/xml)',
    ])
    expect(diffOpenApi(base, revision).every(({ text }) => !text.includes('media type'))).to.equal(true)
  })

  it('shows numbers with two digits, and lengths without', () => {
    const [minimum] = diffOpenApi(requestOf({ minimum: 1 }), requestOf({ minimum: 2.5 }))
    const [length] = diffOpenApi(requestOf({ maxLength: 5 }), requestOf({ maxLength: 2 }))
    expect([minimum?.text, length?.text]).to.deep.equal([
      'raised the minimum of the request body to `2.50`',
      'lowered the maximum length of the request body to `2`',
    ])
  })

  it('has attributes that were asked for', () => {
    const marked = (document: ReturnType<typeof documentOf>) =>
      documentOf({}, { paths: { '/t': { get: { ...operationOf(document), 'x-team': 'shop', 'x-other': 1 } } } })
    const [first] = diffOpenApi(marked(base), marked(revision), { attributes: ['x-team'] })
    expect(first?.attributes).to.deep.equal({ 'x-team': 'shop' })
  })

  it('is left out below a level, by severity levels, and where it is ignored', () => {
    const all = diffOpenApi(base, revision)
    expect(all.map(({ level }) => level)).to.deep.equal([3, 3, 1])
    expect(diffOpenApi(base, revision, { level: 'WARN' })).to.have.length(2)
    const levels = severityLevels('response-property-became-nullable info\n\nresponse-optional-property-added none\n')
    expect(diffOpenApi(base, revision, { severityLevels: levels }).map(({ level }) => level)).to.deep.equal([3, 1])
    const errIgnore = ignoreLines(`known: GET /t ${all[0]?.text}\nGET /other ${all[1]?.text}`)
    expect(diffOpenApi(base, revision, { errIgnore })).to.deep.equal(all.slice(1))
    expect(diffOpenApi(base, revision, { warnIgnore: errIgnore })).to.deep.equal(all)
    expect(() => severityLevels('nope err')).to.throw('line 1: no rule "nope"')
    expect(() => severityLevels('endpoint-added loud')).to.throw('line 1')
  })

  it('is none between a document and itself, however it is written', () => {
    for (const document of [base, revision, requestOf(listOf({ a: string }, ['a']))]) {
      expect(diffOpenApi(document, structuredClone(document))).to.deep.equal([])
    }
  })

  it('refuses what is no OpenAPI 3, and references out of it', () => {
    expect(() => diffOpenApi({ swagger: '2.0' }, base)).to.throw('not an OpenAPI 3 document')
    expect(() => diffOpenApi(answerOf({ $ref: 'other.yaml#/A' }), base)).to.throw('outside of the document')
    expect(() => diffOpenApi(answerOf({ $ref: '#/components/schemas/A' }), base)).to.throw('not in the document')
  })

  it('matches paths by their form, unless their variables count', () => {
    const path = (text: string) => documentOf({}, { paths: { [text]: { get: operationOf(base) } } })
    expect(diffOpenApi(path('/t/{id}'), path('/t/{code}'))).to.deep.equal([])
    expect(diffOpenApi(path('/t/{id}'), path('/t/{code}'), { includePathParams: true })).to.have.length(2)
    expect(diffOpenApi(path('/t/{id}'), path('/u'), { matchPath: /^\/x/ })).to.deep.equal([])
  })
})

describe('a report of diffOpenApi', () => {
  const changes = diffOpenApi(base, revision, { level: 'ERR' }).slice(1)
  const report = (format: Parameters<typeof formatChanges>[1], of = changes) => formatChanges(of, format, context)
  const sentence = 'removed the required property `items/note` from the response with the `status` `200`'.replace(
    '`status`',
    'status',
  )

  it('as text and as lines', () => {
    const title = '1 changes: 1 error, 0 warning, 0 info\n'
    const place = 'in API GET /t'
    expect(report('text')).to.equal(
      `${title}error\t[response-required-property-removed] at b.yaml\n\t${place}\n\t\t${sentence}\n\n`,
    )
    expect(report('singleline')).to.equal(
      `${title}error at b.yaml, ${place} ${sentence} [response-required-property-removed]. \n`,
    )
  })

  it('as JSON and YAML of the same', () => {
    expect(JSON.parse(report('json'))).to.deep.equal(changes)
    expect(parse(report('yaml'))).to.deep.equal(changes)
    expect([report('json', []), report('json').includes('\n')]).to.deep.equal(['[]', false])
  })

  it('as Markdown', () => {
    expect(report('markdown')).to.equal(
      `# API Changelog 1.0.0 vs. 2.0.0\n\n\n## API Changes\n\n### GET /t\n- :warning: ${sentence}\n`,
    )
  })

  it('for GitHub', () => {
    const id = 'response-required-property-removed'
    expect(report('githubactions')).to.equal(`::error title=${id},file=b.yaml::in API GET /t ${sentence}`)
  })

  it('for JUnit, as well-formed XML', () => {
    const found = report('junit', [{ ...(changes[0] as (typeof changes)[number]), text: 'array<string> & "more"' }])
    expect(found)
      .to.include('tests="1" errors="0" failures="1"')
      .and.include('array&lt;string&gt; &amp; &#34;more&#34;</failure>')
    expect(report('junit', [])).to.include('name="no breaking changes detected"').and.include('tests="0"')
  })

  it('as a page that needs nothing else', () => {
    const page = report('html')
    expect(page)
      .to.include('<div class="title">API Changelog 1.0.0 vs. 2.0.0</div>')
      .and.include('<span class="path">GET /t</span>')
    expect(page).to.not.match(/(src|href)=|http/)
  })

  it('says whether there is nothing, or nothing to tell', () => {
    expect(report('text', [])).to.match(/^No changes to report, but the specs are different\.\n/)
    expect(formatChanges([], 'text', { ...context, onlyBreaking: true })).to.match(/^No breaking changes to report/)
    expect(formatChanges([], 'singleline', { ...context, isOther: false })).to.equal('No changes detected')
  })
})

function operationOf(document: ReturnType<typeof documentOf>): object {
  return (document.paths as { '/t': { get: object } })['/t'].get
}
