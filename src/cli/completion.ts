import { usage, type CommandRun } from './command.ts'
import { EXIT } from './exit-codes.ts'

/** Each script asks the program itself for the words that can come next, and falls back to file names when there are none. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_workflow() {
  local IFS=$'\\n'
  COMPREPLY=($(workflow complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _workflow workflow
`,
  zsh: `#compdef workflow
_workflow() {
  local -a words_found
  words_found=("\${(@f)$(workflow complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${words_found[1]}" ]]; then compadd -- "\${words_found[@]}"; else _files; fi
}
compdef _workflow workflow
`,
  fish: `function __workflow_complete
  set -l words (commandline -opc) (commandline -ct)
  workflow complete -- $words[2..-1] 2>/dev/null
end
complete -c workflow -a '(__workflow_complete)'
`,
}

/** `workflow completion`: the completion script of a shell. */
export const run: CommandRun = async (world, input) => {
  const shell = input.args[0]!
  const script = SCRIPTS[shell]
  if (script === undefined) throw usage(`there are scripts for ${Object.keys(SCRIPTS).join(', ')}, not for '${shell}'`)
  await world.stdout.write(script)
  return EXIT.done
}
