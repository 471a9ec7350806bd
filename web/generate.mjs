// Writes packages/client/src/generated.ts: the types of the operations in packages/client/operations, and the
// operations themselves, out of the schema that the server prints. They are validated on the way.
//
// This calls graphql-codegen's core and not its command, which brings 300 packages more.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as documentNodes from '@graphql-codegen/typed-document-node';
import * as operations from '@graphql-codegen/typescript-operations';
import { parse } from 'graphql';

const folder = new URL('packages/client/operations/', import.meta.url);
const target = new URL('packages/client/src/generated.ts', import.meta.url);

const documents = readdirSync(folder)
  .sort()
  .map((name) => ({ location: name, document: parse(readFileSync(new URL(name, folder), 'utf8')) }));

const source = await codegen({
  filename: 'generated.ts',
  schema: parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')),
  documents,
  config: {
    documentMode: 'string',
    useTypeImports: true,
    skipTypename: true,
    enumType: 'string-literal',
    strictScalars: true,
    scalars: { ID: 'string', DateTime: 'string', UUID: 'string' },
    inlineFragmentTypes: 'combine',
  },
  plugins: [{ operations: {} }, { documentNodes: {} }],
  pluginMap: { operations, documentNodes },
});
writeFileSync(
  target,
  `// Made by generate.mjs out of operations/*.graphql and the schema; not to be edited.\n${source}`,
);
