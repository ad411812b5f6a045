import { writeFile } from 'node:fs/promises';
import { campaignJsonSchema } from '@ordeal/campaign';
import { BUILT_IN_OPERATORS } from '@ordeal/catalogue';
import { OrdealError } from '@ordeal/core';
import type { Command } from 'commander';
import { openSettings } from '../installation/open-settings.ts';
import { spelled } from '../invocation/spelled.ts';
import { whereTyped } from '../invocation/where-typed.ts';

const HELP = `
Editors with a YAML language server (VS Code: the extension "YAML" by Red Hat) complete and check a campaign file whose
first line names the schema:

  # yaml-language-server: $schema=./campaign.schema.json

  pnpm ordeal schema --output campaigns/campaign.schema.json`;

/** `ordeal schema` */
export function addSchema(program: Command): void {
  program
    .command('schema')
    .description('the JSON Schema of campaign files, for editors')
    .option('-o, --output <file>', 'write it to a file instead of printing it')
    .addHelpText('after', spelled(HELP))
    .action(async ({ output }: { output?: string }) => {
      const { repertoire, maxParallel, operators } = await openSettings();
      const knownOperators = [...BUILT_IN_OPERATORS, ...Object.keys(operators)];
      const schema = campaignJsonSchema(repertoire.catalogue, { maxParallel, knownOperators });
      const text = JSON.stringify(schema, null, 2);
      if (output === undefined) return console.log(text);
      await writeFile(whereTyped(output), `${text}\n`).catch((error: unknown) => {
        throw new OrdealError('BAD_INPUT', `--output ${output}: cannot be written`, { cause: error });
      });
    });
}
