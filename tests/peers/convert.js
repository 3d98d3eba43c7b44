// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a document, JSON or YAML, and writes it as the form that is asked for: node convert.js json|yaml FILE
"use strict";

const fs = require("fs");
const yaml = require("yaml");

const [form, file] = process.argv.slice(2);
const text = fs.readFileSync(file, "utf8").replace(/^\uFEFF/, "");
const document = text.startsWith("{") ? JSON.parse(text) : yaml.parse(text);
process.stdout.write(form === "yaml" ? yaml.stringify(document, { aliasDuplicateObjects: false }) : JSON.stringify(document));
