#!/usr/bin/env bash
# Scores a dataset in parts under GNU parallel, one worker being killed midway, and compares the joined result with a single run.
# `npm run build && bench/parallel.sh [rows]`; needs GNU parallel (Debian: apt-get install parallel).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rows="${1:-600}"
if ! command -v parallel >/dev/null; then
  echo "GNU parallel is missing: apt-get install parallel" >&2
  exit 1
fi
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

# Questions over and over, numbered so that no row equals another, with a line in each hundred that is no JSON.
node -e '
  const lines = require("fs").readFileSync("samples/questions.jsonl", "utf8").trim().split("\n");
  for (let i = 0; i < Number(process.argv[1]); i++) {
    const row = JSON.parse(lines[i % lines.length]);
    console.log(i % 100 === 37 ? "{broken" : JSON.stringify({ ...row, id: `row-${i}`, question: `${row.question} (${i})` }));
  }
' "$rows" >"$folder/in.jsonl"

export FOLDER="$folder"
score="node dist/cli.js score - --column question"
$score <"$folder/in.jsonl" >"$folder/single.jsonl"

# The third part is scored halfway, then its worker is killed; GNU parallel gives the part to another one.
worker() {
  if [ "$PARALLEL_SEQ" = 3 ] && mkdir "$FOLDER/killed" 2>/dev/null; then
    head -n 20 | node dist/cli.js score - --column question
    kill -KILL $BASHPID
  fi
  node dist/cli.js score - --column question
}
export -f worker
SHELL="$(command -v bash)" parallel --will-cite --pipe --block 16k --keep-order --retries 3 --jobs 3 worker \
  <"$folder/in.jsonl" >"$folder/joined.jsonl"

[ -d "$folder/killed" ] || { echo "No worker was killed: use more rows." >&2; exit 1; }
[ "$(wc -l <"$folder/joined.jsonl")" -eq "$rows" ] || { echo "Rows were lost or doubled." >&2; exit 1; }
cmp "$folder/single.jsonl" "$folder/joined.jsonl"
echo "$rows rows in $(($(wc -c <"$folder/in.jsonl") / 16384 + 1)) parts, one worker killed midway: the joined result equals the single run."
