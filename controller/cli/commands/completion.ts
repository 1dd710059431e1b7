import { Argument, type Command } from 'commander';
import { type Cli, example, type OpenClient, verb } from '../cli.ts';

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_promfleet() {
  local words; mapfile -t words < <(promfleet completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
  mapfile -t COMPREPLY < <(compgen -W "\${words[*]}" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _promfleet promfleet
`,
  zsh: `#compdef promfleet
_promfleet() {
  local -a found; found=("\${(@f)$(promfleet completion words -- "\${(@)words[2,CURRENT-1]}" 2>/dev/null)}")
  compadd -- $found; _files
}
compdef _promfleet promfleet
`,
  fish: `complete -c promfleet -a '(promfleet completion words -- (commandline -opc)[2..] 2>/dev/null)'
`,
};

export function addCompletion(program: Command, cli: Cli, open: OpenClient): Command {
  const completion = program
    .command('completion')
    .description('a completion script for your shell')
    .addArgument(new Argument('<shell>').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', example('promfleet completion bash > ~/.local/share/bash-completion/completions/promfleet'))
    .action(verb(cli, open, ({ args }) => cli.out.write(SCRIPTS[args[0] ?? ''] ?? '')));
  completion
    .command('words', { hidden: true })
    .argument('[words...]')
    .action(
      verb(cli, open, ({ args }) =>
        cli.out.write(
          wordsAfter(program, args)
            .map((word) => `${word}\n`)
            .join(''),
        ),
      ),
    );
  return completion;
}

/** What may follow the words typed so far: verbs below the last one, and its flags. */
export function wordsAfter(program: Command, typed: readonly string[]): string[] {
  let at = program;
  for (const word of typed) at = at.commands.find((command) => command.name() === word) ?? at;
  const help = at.createHelp();
  const verbs = help.visibleCommands(at).map((command) => command.name());
  const flags = [...help.visibleOptions(at), ...program.options].flatMap((option) => option.long ?? []);
  return [...verbs, ...new Set(flags)];
}
