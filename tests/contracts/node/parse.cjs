// Reads an AsyncAPI document with the official parser and prints what it complains of, one JSON line each.
// Usage: node parse.cjs <document>, with NODE_PATH naming the folder in which the parser is installed.
const { readFileSync } = require("node:fs");
const { Parser } = require("@asyncapi/parser");

new Parser().parse(readFileSync(process.argv[2], "utf8")).then(({ document, diagnostics }) => {
  for (const { severity, code, message, path } of diagnostics) {
    console.log(JSON.stringify({ severity, code, message, path: path.join("/") }));
  }
  process.exitCode = document ? 0 : 1;
});
