import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { Fault } from '../../../proto/fault.ts';
import { createClientCertificate, createKey } from '../../../proto/self-signed.ts';
import { clientPath } from '../../fleet/client-path.ts';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';
import { moment } from '../format.ts';
import { demandDuration } from './apply.ts';

interface CreateOptions {
  readonly file: string;
  readonly key?: string;
  readonly ttl: string;
  readonly replace?: true;
}

const NAME = /^[a-z][a-z0-9]*([._-][a-z0-9]+)*$/i;

export function addClient(program: Command, cli: Cli, open: OpenClient): Command {
  const client = program
    .command('client')
    .description('outside clients that endpoints with `endpoint_security: mutual_tls` let in, such as a Grafana')
    .addHelpText('after', example('promfleet client create grafana -f fleet'));
  client
    .command('create')
    .description('makes a key here, and a certificate of it for the folder; no controller is needed')
    .argument('<name>', 'as `access: { clients: [NAME] }` has it')
    .requiredOption('-f, --file <dir>', 'the folder; the certificate is no secret, and belongs into its repository')
    .option('--key <file>', 'where the key goes; it stays out of the folder (default: NAME.key, here)')
    .option('--ttl <duration>', 'how long the certificate is good for', '365d')
    .option('--replace', 'makes another in place of the one that is there')
    .addHelpText(
      'after',
      example(
        'promfleet client create grafana -f fleet',
        'promfleet client create grafana -f fleet --replace --ttl 90d',
      ),
    )
    .action(
      verb<CreateOptions>(cli, open, ({ args, options, print }) => {
        const name = args[0] ?? '';
        const places = placesOf(name, options);
        const lastsMs = demandDuration('--ttl', options.ttl);
        const until = cli.now() + lastsMs;
        const key = createKey();
        const certificate = new X509Certificate(createClientCertificate(key, name, until));
        mkdirSync(dirname(places.certificate), { recursive: true });
        // The key first: a certificate of a key that nobody has lets nobody in.
        writeFileSync(places.key, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
        writeFileSync(places.certificate, certificate.toString());
        print({ client: name, ...places, until }, () => [
          `${places.key} is the key of ${name}: give it, and ${places.certificate}, to ${name} alone.`,
          `Write \`access: { clients: [${name}] }\` where it may come in, and apply. It is let in until ${moment(until)}.`,
        ]);
      }),
    );
  return client;
}

function placesOf(name: string, { file, key, replace }: CreateOptions): { certificate: string; key: string } {
  const task = `cannot make a certificate for ${name}`;
  if (!NAME.test(name)) {
    throw new Fault('invalid', `${task}: that is no name of a client`, {
      hint: 'letters and digits with - _ or . between them',
    });
  }
  if (!existsSync(file)) throw new Fault('not_found', `${task}: there is no folder ${file}`);
  const places = { certificate: join(file, clientPath(name)), key: key ?? `${name}.key` };
  const inside = relative(resolve(file), resolve(places.key));
  if (!inside.startsWith('..')) {
    throw new Fault('invalid', `${task}: its key would lie in the folder, and be sent to the controller`, {
      hint: 'name another place with --key',
    });
  }
  for (const path of Object.values(places)) {
    if (existsSync(path) && !replace) {
      throw new Fault('conflict', `${task}: ${path} is there already`, {
        hint: '--replace makes another: the one before is let in no more once it is applied',
      });
    }
  }
  return places;
}
