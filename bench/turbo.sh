#!/bin/sh
# Makes a workspace ready for turbo: a task in every package that has a tsconfig.json, and a git
# repository, which turbo asks what changed. The task lists the package's sources and no more: what
# is compared is how long it takes to find out that nothing has to be done.
#
# usage: turbo.sh WORKSPACE
set -eu
cd "$1"

for file in apps/*/package.json packages/*/package.json; do
    sed -i 's|"type": "module"|"type": "module",\n  "scripts": { "codegen": "mkdir -p gen \&\& ls -R src >gen/list" }|' "$file"
done
sed -i 's|"workspaces"|"packageManager": "npm@10.0.0",\n  "workspaces"|' package.json
cat >package-lock.json <<'END'
{ "name": "@app/root", "lockfileVersion": 3, "packages": {} }
END
cat >turbo.json <<'END'
{ "tasks": { "codegen": { "inputs": ["src/**"], "outputs": ["gen/**"] } } }
END
echo .turbo >>.gitignore
git init -q .
git add -A
git -c user.name=bench -c user.email=bench@localhost -c commit.gpgsign=false commit -q -m workspace
