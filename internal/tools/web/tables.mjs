// Formats the tables of Markdown files: one space around each cell, plain
// delimiter rows. Nothing else of a file is changed.
//
//   node tables.mjs --check FILE...   names the tables that differ, and fails
//   node tables.mjs --write FILE...   formats them
//
// It fails in both cases for a row with more or fewer cells than its header.
import { readFileSync, writeFileSync } from "node:fs";

const isRow = (line) => /^\|.*\|$/.test(line.trim());
const isDelimiter = (line) => isRow(line) && cellsOf(line).every((cell) => /^:?-+:?$/.test(cell));

// A pipe that belongs to a cell is escaped, also within code.
function cellsOf(line) {
  return line
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

const delimiter = (cell) => (cell.startsWith(":") ? ":" : "-") + "-" + (cell.endsWith(":") ? ":" : "-");

// A delimiter row is |---|---| or | --- | --- |, as its author likes.
function formatted(line) {
  if (isDelimiter(line)) {
    const space = line.trim().startsWith("| ") ? " " : "";
    return `|${cellsOf(line)
      .map((cell) => space + delimiter(cell) + space)
      .join("|")}|`;
  }
  return `|${cellsOf(line)
    .map((cell) => (cell ? ` ${cell} ` : " "))
    .join("|")}|`;
}

// format returns the text with its tables formatted, and the numbers of the lines that
// have more or fewer cells than their header.
function format(text) {
  const lines = text.split("\n");
  const wrong = [];
  let fenced = false;
  let columns = 0; // of the table that is being read, 0 outside of tables
  lines.forEach((line, i) => {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    if (fenced || !isRow(line)) {
      columns = 0;
      return;
    }
    if (columns === 0 && !isDelimiter(lines[i + 1] ?? "")) return; // not a table
    columns ||= cellsOf(line).length;
    if (cellsOf(line).length !== columns) wrong.push(i + 1);
    lines[i] = line.match(/^\s*/)[0] + formatted(line);
  });
  return { text: lines.join("\n"), wrong };
}

const [mode, ...files] = process.argv.slice(2);
if (!["--check", "--write"].includes(mode) || files.length === 0) {
  console.error("usage: node tables.mjs --check|--write FILE...");
  process.exit(2);
}
for (const file of files) {
  const before = readFileSync(file, "utf8");
  const { text, wrong } = format(before);
  for (const line of wrong) {
    console.error(`${file}:${line}: this row has more or fewer cells than its header`);
    process.exitCode = 1;
  }
  if (text === before) continue;
  if (mode === "--write") {
    writeFileSync(file, text);
    continue;
  }
  console.error(`${file}: its tables are not formatted: make fmt-web`);
  process.exitCode = 1;
}
