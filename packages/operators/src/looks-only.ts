/** Programs that change nothing, however they are called. */
const READING_PROGRAMS = new Set(
  `cat ls ps top df du free head tail grep egrep zgrep less ping dig nslookup host ss netstat uptime date echo printf pwd
  env printenv id whoami hostname uname stat wc sort uniq cut jq which true test sleep journalctl dmesg lsof pg_isready
  pg_lsclusters vmstat iostat traceroute`.split(/\s+/),
);
/** Programs whose first words say what they do. */
const PROGRAMS_WITH_VERBS = new Set(
  `kubectl docker podman systemctl service etcdctl redis-cli pd-ctl tiup ordeal node ip patronictl consul`.split(
    /\s+/,
  ),
);
const READING_VERBS = new Set(
  `get describe logs log list ls status show inspect ps top health info stats version events is-active history members
  ping role help`.split(/\s+/),
);
/** `sudo -u postgres`, `timeout 5`, `PGPASSWORD=x`: what may stand before the program. */
const BEFORE_PROGRAM = /^(?:(?:sudo(?:\s+-u\s+\S+)?|timeout\s+\S+|nice|nohup|\w+=\S*)\s+)+/;
const REQUEST_THAT_WRITES =
  /\s(?:-d|--data\S*|-T|-F|-X\s*(?!GET\b|HEAD\b)\w+|--request[= ](?!GET\b|HEAD\b)\w+)/;
/** Where output goes to a file; error output sent after standard output, or to nowhere, is no change. */
const WRITES_TO_FILE = />(?!&\d|\s*\/dev\/null)/;

/**
 * Whether a command, as it reads, only looks at something. Anything that is not known to do no more than that counts
 * as meant to change something.
 *
 * @example looksOnly('kubectl get pods | grep etcd') // true
 */
export function looksOnly(command: string): boolean {
  if (WRITES_TO_FILE.test(command) || /[`]|\$\(/.test(command)) return false;
  return command
    .split(/&&|\|\||[;|\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .every(partLooksOnly);
}

function partLooksOnly(part: string): boolean {
  const [path = '', ...words] = part.replace(BEFORE_PROGRAM, '').split(/\s+/);
  const program = path.split('/').at(-1) ?? '';
  if (READING_PROGRAMS.has(program)) return true;
  if (program === 'curl') return !REQUEST_THAT_WRITES.test(part);
  if (!PROGRAMS_WITH_VERBS.has(program)) return false;
  // The verb may follow the kind of thing: `etcdctl endpoint health`, `docker container ls`.
  return words
    .filter((word) => !word.startsWith('-'))
    .slice(0, 2)
    .some((word) => READING_VERBS.has(word.toLowerCase()));
}
