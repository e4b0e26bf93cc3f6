import { usage, type CommandRun } from './command.ts'
import { EXIT } from './exit-codes.ts'

/** Each script asks the program itself for the words that can come next, and falls back to file names when there are none. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_workflow() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(workflow complete --line "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -o bashdefault -o default -F _workflow workflow
`,
  zsh: `#compdef workflow
_workflow() {
  local -a found
  found=("\${(@f)$(workflow complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -- "\${found[@]}"; else _files; fi
}
if [[ "\${funcstack[1]}" = _workflow ]]; then _workflow "$@"; else compdef _workflow workflow; fi
`,
  fish: `function __workflow_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (workflow complete -- $words[2..-1] 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c workflow -f -a '(__workflow_complete)'
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
