/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit.h"

#include "commands/commands.h"
#include "contract/check.h"
#include "contract/document.h"
#include "contract/reader.h"

static struct contract_reserved reserved(void)
{
	return (struct contract_reserved){ global_options, global_option_count, own_commands(),
					   NULL };
}

static int read_text(struct contract *contract, const char *text, struct err *err)
{
	struct contract_reserved names = reserved();
	int result = contract_read(contract, "doc", text, strlen(text), &names, err);
	contract_fill(contract);
	return result;
}

/* "NAME[=WIRE] TYPE PLACE" with ! for required, * for repeated, and choices or limits. */
static void describe_arg(struct buf *out, const struct arg *arg)
{
	static const char *const types[] = { "string", "int",  "number", "flag", "choice",
					     "file",   "json", "time",	 "date", "pair" };
	static const char *const places[] = { "client", "path", "query", "header", "body" };
	buf_add_format(out, "%s%s%s:%s:%s%s%s", arg->name,
		       arg->wire && strcmp(arg->wire, arg->name) ? "=" : "",
		       arg->wire && strcmp(arg->wire, arg->name) ? arg->wire : "", types[arg->type],
		       places[arg->place], arg->flags & ARG_REQUIRED ? "!" : "",
		       arg->flags & ARG_REPEAT ? "*" : "");
	for (size_t i = 0; i < arg->choice_count; i++)
		buf_add_format(out, "%s%s", i ? "|" : "(", arg->choices[i].value);
	buf_add_str(out, arg->choice_count ? ")" : "");
	if ((arg->min || arg->max) && arg->place != ARG_PATH)
		buf_add_format(out, "[%lld,%lld]", arg->min, arg->max);
}

/* A line for each command: what of it matters, without --set and --body. */
static char *describe(const struct contract *contract)
{
	struct buf out = { 0 };
	for (size_t i = 0; i < contract->command_count; i++) {
		const struct command *command = command_whole(&contract->commands[i]);
		buf_add_format(&out, "%s%s: %s %s %s", i ? "\n" : "", command->name,
			       command->method, command->path,
			       command->effect == EFFECT_READ ? "read"
							      : danger_name(command->danger));
		for (size_t a = 0; a < command->arg_count; a++) {
			if (command->args[a].place == ARG_CLIENT)
				continue;
			buf_add_char(&out, ' ');
			describe_arg(&out, &command->args[a]);
		}
		if (command->rows)
			buf_add_format(&out, " rows<%s>", command->rows);
	}
	return buf_take(&out);
}

static bool has_problem(const struct contract *contract, const char *pointer, const char *text)
{
	for (size_t i = 0; i < contract->problem_count; i++)
		if ((!pointer || strcmp(contract->problems[i].pointer, pointer) == 0) &&
		    strstr(contract->problems[i].message, text))
			return true;
	return false;
}

#define HEAD "openapi: 3.0.3\npaths:\n"

static const struct {
	const char *what, *text, *wanted;
	const char *pointer, *problem; /* NULL: none */
} documents[] = {
	{ "the least", HEAD "  /a:\n    get: {operationId: readThing}", "read-thing: GET /a read",
	  NULL, NULL },
	{ "as JSON", "{\"openapi\":\"3.1.0\",\"paths\":{\"/a\":{\"get\":{\"operationId\":\"x\"}}}}",
	  "x: GET /a read", NULL, NULL },
	{ "as JSON with a BOM",
	  "\xEF\xBB\xBF {\"openapi\":\"3.1.0\",\"paths\":{\"/a\":{\"get\":{\"operationId\":\"x\"}}}}",
	  "x: GET /a read", NULL, NULL },
	{ "methods and dangers",
	  HEAD
	  "  /a: {get: {operationId: o1}, head: {operationId: o2}, options: {operationId: o3}, post: {operationId: o4},\n"
	  "       put: {operationId: o5}, patch: {operationId: o6}, delete: {operationId: o7}, trace: {operationId: o8}}\n"
	  "  /a/cancel: {post: {operationId: o9}}\n  /b: {post: {operationId: revokeAll}}",
	  "o1: GET /a read\no2: HEAD /a read\no3: OPTIONS /a read\no4: POST /a moderate\no5: PUT /a moderate\no6: PATCH /a moderate\n"
	  "o7: DELETE /a severe\no9: POST /a/cancel severe\nrevoke-all: POST /b severe",
	  NULL, NULL },
	{ "extensions",
	  HEAD
	  "  /a:\n    post:\n      operationId: o\n      x-bangoctl: {command: thing  DO it, effect: read, danger: none}\n"
	  "  /b:\n    post:\n      operationId: p\n      x-bangoctl: {danger: severe}\n"
	  "  /c:\n    post:\n      operationId: q\n      x-bangoctl: {danger: mild}",
	  "thing do it: POST /a read\np: POST /b severe\nq: POST /c moderate",
	  "/paths/~1c/post/x-bangoctl/danger", "\"mild\" is none of none" },
	{ "names by tag, and by path",
	  HEAD
	  "  /a/{Id}: {get: {tags: [Big Thing], operationId: getThing, parameters: [{name: Id, in: path, schema: {type: string}}]}}\n"
	  "  /v1/b: {post: {}}",
	  "big-thing get-thing: GET /a/{Id} read id=Id:string:path!\npost-v1-b: POST /v1/b moderate",
	  NULL, NULL },
	{ "names that collide",
	  HEAD
	  "  /a: {get: {operationId: getA}, put: {operationId: get_a}}\n  /b: {get: {operationId: GetA}}\n"
	  "  /c: {get: {operationId: version}}\n  /d: {get: {tags: [sandbox], operationId: x}}\n"
	  "  /e: {get: {x-bangoctl: {command: get-a more}}}",
	  "get-a: GET /a read\nget-a-2: PUT /a moderate\nget-a-3: GET /b read\napi version: GET /c read\napi sandbox x: GET /d read\n"
	  "get-a-more: GET /e read",
	  NULL, NULL },
	{ "parameters",
	  HEAD
	  "  /a/{x}/{y}:\n    parameters:\n      - {name: y, in: path, required: true, schema: {type: integer, minimum: 1, maximum: 9}}\n"
	  "      - {name: q, in: query, schema: {type: string}}\n      - {name: X-Tenant, in: header, required: true, schema: {type: string}}\n"
	  "      - {name: Accept, in: header, schema: {type: string}}\n      - {name: authorization, in: header, schema: {type: string}}\n"
	  "    get:\n      operationId: o\n      parameters:\n        - {name: x, in: path, required: true, schema: {type: string}}\n"
	  "        - {name: q, in: query, required: true, schema: {type: boolean}}\n"
	  "        - {name: since, in: query, schema: {type: string, format: date-time}}\n"
	  "        - {name: day, in: query, schema: {type: string, format: date}}\n"
	  "        - {name: n, in: query, schema: {type: number}}\n"
	  "        - {name: e, in: query, schema: {type: string, enum: [A, B, 3, null]}}\n"
	  "        - {name: l, in: query, schema: {type: array, items: {type: string, enum: [P, Q]}}}\n"
	  "        - {name: len, in: query, schema: {type: string, minLength: 2, maxLength: 5}}",
	  "o: GET /a/{x}/{y} read x:string:path! y:int:path! x-tenant=X-Tenant:string:header! q:flag:query! since:time:query day:date:query "
	  "n:number:query e:choice:query(A|B|3) l:choice:query*(P|Q) len:string:query[2,5]",
	  NULL, NULL },
	{ "limits",
	  HEAD
	  "  /a:\n    get:\n      operationId: o\n      parameters:\n        - {name: lo, in: query, schema: {type: integer, minimum: 5}}\n"
	  "        - {name: hi, in: query, schema: {type: integer, maximum: 5}}\n"
	  "        - {name: odd, in: query, schema: {type: integer, maximum: 1.5e3}}",
	  "o: GET /a read lo:int:query[5,9007199254740991] hi:int:query[-9007199254740991,5] "
	  "odd:int:query[-9007199254740991,1500]",
	  NULL, NULL },
	{ "a cookie",
	  HEAD
	  "  /a:\n    get:\n      operationId: o\n      parameters: [{name: c, in: cookie, schema: {type: string}}]",
	  "o: GET /a read", "/paths/~1a/get/parameters/0",
	  "a parameter \"c\" in \"cookie\" is not supported" },
	{ "holes",
	  HEAD
	  "  /a/{x}/{y}:\n    get:\n      operationId: o\n      parameters: [{name: y, in: path, schema: {type: integer}}]",
	  "o: GET /a/{x}/{y} read x:string:path! y:int:path!", "/paths/~1a~1{x}~1{y}/get",
	  "the path's {x} is not declared" },
	{ "a hole that comes twice",
	  HEAD
	  "  /a/{x}/b/{x}:\n    get:\n      operationId: o\n      parameters: [{name: x, in: path, schema: {type: string}}]",
	  "o: GET /a/{x}/b/{x} read x:string:path!", NULL, NULL },
	{ "a parameter without a hole",
	  HEAD
	  "  /a:\n    get:\n      operationId: o\n      parameters: [{name: x, in: path, schema: {type: string}}]",
	  "o: GET /a read", "/paths/~1a/get/parameters/0",
	  "the path has no {x}: the parameter is left out" },
	{ "a path without a slash",
	  HEAD "  a: {get: {operationId: o}}\n  /b: {get: {operationId: p}}", "p: GET /b read",
	  "/paths/a", "must begin with a slash" },
	{ "reserved options",
	  HEAD
	  "  /a:\n    post:\n      operationId: o\n      parameters:\n        - {name: limit, in: query, schema: {type: integer}}\n"
	  "        - {name: Output, in: query, schema: {type: string}}\n        - {name: set, in: query, schema: {type: string}}\n"
	  "        - {name: body, in: query, schema: {type: string}}\n        - {name: field-limit, in: query, schema: {type: string}}\n"
	  "        - {name: aB, in: query, schema: {type: string}}\n        - {name: a-b, in: query, schema: {type: string}}\n"
	  "        - {name: x, in: query, schema: {type: string}, x-bangoctl: {name: profile}}",
	  "o: POST /a moderate field-limit=limit:int:query field-output=Output:string:query field-set=set:string:query "
	  "field-body=body:string:query field-field-limit=field-limit:string:query a-b=aB:string:query field-a-b=a-b:string:query "
	  "field-profile=x:string:query",
	  NULL, NULL },
	{ "a body",
	  HEAD
	  "  /a:\n    post:\n      operationId: o\n      requestBody:\n        required: true\n        content:\n          application/json; charset=utf-8:\n"
	  "            schema:\n              type: object\n              required: [a, n]\n              properties:\n"
	  "                a: {type: string}\n                n: {type: object, required: [i], properties: {i: {type: integer}, j: {type: string}}}\n"
	  "                f: {type: object}\n                l: {type: array, items: {type: string}}\n"
	  "                o: {type: array, items: {type: object}}\n                u: {oneOf: [{type: string}, {type: integer}]}\n"
	  "                w: {type: string, readOnly: true}\n                t: {type: [string, 'null']}\n                z: {}",
	  "o: POST /a moderate a:string:body! n.i:int:body! n.j:string:body f:pair:body l:string:body* o:json:body u:json:body "
	  "t:string:body z:json:body",
	  NULL, NULL },
	{ "a body of another type",
	  HEAD
	  "  /a:\n    post:\n      operationId: o\n      requestBody: {content: {application/xml: {schema: {type: object}}}}",
	  "o: POST /a moderate", "/paths/~1a/post/requestBody/content",
	  "the request body is neither JSON nor a form" },
	{ "references and allOf",
	  HEAD
	  "  /a:\n    post:\n      operationId: o\n      parameters: [{$ref: '#/components/parameters/P'}]\n"
	  "      requestBody: {$ref: '#/components/requestBodies/B'}\ncomponents:\n  parameters:\n"
	  "    P: {name: p, in: query, schema: {$ref: '#/components/schemas/a~1b%20c'}}\n  requestBodies:\n"
	  "    B: {content: {application/json: {schema: {$ref: '#/components/schemas/S'}}}}\n  schemas:\n    a/b c: {type: integer}\n"
	  "    S:\n      required: [x]\n      allOf:\n        - {$ref: '#/components/schemas/T'}\n        - {required: [z], properties: {z: {type: boolean}}}\n"
	  "      properties: {x: {type: string, enum: [O]}}\n"
	  "    T: {required: [y], properties: {x: {type: integer}, y: {$ref: '#/components/schemas/a~1b%20c'}}}",
	  "o: POST /a moderate p:int:query x:choice:body!(O) y:int:body! z:flag:body!", NULL,
	  NULL },
	{ "an external reference",
	  HEAD
	  "  /a:\n    get:\n      operationId: o\n      parameters: [{$ref: 'other.yaml#/P'}, {name: q, in: query, schema: {type: string}}]",
	  "o: GET /a read q:string:query", "/paths/~1a/get/parameters/0",
	  "\"other.yaml#/P\" leads out of the document: it is not fetched" },
	{ "a reference to nowhere",
	  HEAD
	  "  /a:\n    get:\n      operationId: o\n      parameters: [{name: q, in: query, schema: {$ref: '#/x/y'}}]",
	  "o: GET /a read", "/paths/~1a/get/parameters/0/schema", "\"#/x/y\" leads nowhere" },
	{ "references in a circle",
	  HEAD
	  "  /a:\n    get:\n      operationId: o\n      parameters: [{name: q, in: query, schema: {$ref: '#/c/A'}}]\n"
	  "c: {A: {$ref: '#/c/B'}, B: {$ref: '#/c/A'}}",
	  "o: GET /a read", "/paths/~1a/get/parameters/0/schema", "references lead in a circle" },
	{ "allOf in a circle",
	  HEAD
	  "  /a:\n    get:\n      operationId: o\n      parameters: [{name: q, in: query, schema: {$ref: '#/c/A'}}]\n"
	  "c: {A: {allOf: [{type: string}, {$ref: '#/c/A'}]}}",
	  "o: GET /a read", "/c/A/allOf/1", "allOf leads in a circle" },
	{ "a schema within itself",
	  HEAD
	  "  /a:\n    post:\n      operationId: o\n      requestBody: {content: {application/json: {schema: {$ref: '#/c/N'}}}}\n"
	  "c: {N: {properties: {v: {type: string}, n: {$ref: '#/c/N'}}}}",
	  "o: POST /a moderate v:string:body n.v:string:body n.n.v:string:body n.n.n.v:string:body n.n.n.n:pair:body",
	  NULL, NULL },
	{ "rows",
	  HEAD
	  "  /a: {get: {operationId: o, responses: {'200': {content: {application/json: {schema: {type: object, properties: {total: "
	  "{type: integer}, items: {type: array, items: {type: object, properties: {id: {type: string}}}}}}}}}}}}\n"
	  "  /b: {get: {operationId: p, responses: {'200': {content: {application/json: {schema: {type: array}}}}}}}\n"
	  "  /c: {get: {operationId: q, x-bangoctl: {rows: list}, responses: {'200': {}}}}",
	  "o: GET /a read rows<items>\np: GET /b read rows<>\nq: GET /c read rows<list>", NULL,
	  NULL },
	{ "Swagger 2",
	  "swagger: '2.0'\npaths:\n  /a/{id}:\n    put:\n      operationId: o\n      parameters:\n        - {name: id, in: path, required: true, type: string}\n"
	  "        - {name: n, in: query, type: integer}\n        - {name: e, in: query, type: array, items: {type: string, enum: [A]}}\n"
	  "        - {name: payload, in: body, schema: {$ref: '#/definitions/D'}}\n      responses: {'200': {schema: {$ref: '#/definitions/L'}}}\n"
	  "definitions:\n  D: {required: [r], properties: {r: {type: string}}}\n"
	  "  L: {type: array, items: {type: object, properties: {k: {type: string}}}}",
	  "o: PUT /a/{id} moderate id:string:path! n:int:query e:choice:query*(A) r:string:body! rows<>",
	  NULL, NULL },
	{ "Swagger 2 with a form",
	  "swagger: '2.0'\npaths: {/a: {post: {operationId: o, parameters: [{name: f, in: formData, type: file}]}}}",
	  "o: POST /a moderate", "/paths/~1a/post/parameters/0",
	  "a file cannot be sent: the call is refused" },
	{ "nonsense where objects belong",
	  HEAD
	  "  /a: {get: {operationId: 5, tags: x, parameters: 7, responses: [], x-bangoctl: 3, summary: {}, requestBody: []}}\n"
	  "  /b: 5\n  /c: {get: [], put: {parameters: [1, null, {}, {name: 5, in: 6}], requestBody: {content: 5}, responses: {'200': 4}}}",
	  "get-a: GET /a read\nput-c: PUT /c moderate", NULL, NULL },
};

static void small_documents(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(documents); i++) {
		CLEANUP(contract_done) struct contract contract = { 0 };
		CLEAN_ERR struct err err = { 0 };
		CHECK(read_text(&contract, documents[i].text, &err) == 0, "%s: %s\n",
		      documents[i].what, err.message);
		CLEAN_FREE char *got = describe(&contract);
		CHECK_TEXT(got, documents[i].wanted, documents[i].what);
		if (documents[i].problem)
			CHECK(has_problem(&contract, documents[i].pointer, documents[i].problem),
			      "%s: no problem <%s> at %s; the first is %s\n", documents[i].what,
			      documents[i].problem, documents[i].pointer,
			      contract.problem_count ? contract.problems[0].message : "none");
		else if (strncmp(documents[i].what, "nonsense", 8) != 0)
			CHECK(!contract.problem_count, "%s: %s\n", documents[i].what,
			      contract.problems[0].message);
		for (size_t p = 0; p < contract.problem_count; p++)
			assert_false(contract.problems[p].fatal);
	}
}

static void no_documents(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{ "", "contract doc: line 1, column 1: the document is empty" },
		{ "<!DOCTYPE html><html></html>",
		  "contract doc: it is an HTML page, not an OpenAPI document" },
		{ "\xEF\xBB\xBF \n <html>", "it is an HTML page" },
		{ "{\"openapi\": ", "contract doc: not JSON: it ends too early" },
		{ "openapi: [", "contract doc: line 2, column 1: not YAML" },
		{ "hello", "neither \"openapi\" nor \"swagger\"" },
		{ "{}", "neither \"openapi\" nor \"swagger\"" },
		{ "openapi: 3.0.3", "it has no paths" },
		{ "openapi: 3.0.3\npaths: {}", "it has no paths" },
		{ "openapi: 3.0.3\npaths: []", "it has no paths" },
		{ "openapi: 3.0.3\npaths: {/a: {}}", "no operation in it can be used" },
		{ "openapi: 3.0.3\npaths: {a: {get: {}}}", "no operation in it can be used" },
		{ "openapi: 3.0.3\nopenapi: 3\n", "stands here twice" },
		{ "[1]", "neither" },
	};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		CLEANUP(contract_done) struct contract contract = { 0 };
		struct err err = { 0 };
		CHECK(read_text(&contract, pairs[i][0], &err) == -1, "<%s> is taken\n",
		      pairs[i][0]);
		bool fatal = false;
		for (size_t p = 0; p < contract.problem_count; p++)
			fatal = fatal || contract.problems[p].fatal;
		assert_true(fatal);
		CHECK_ERR(&err, ERR_CONFIG, pairs[i][1]);
	}
	struct err err = { 0 };
	CLEANUP(contract_done) struct contract contract = { 0 };
	struct contract_reserved names = reserved();
	assert_int_equal(contract_read_file(&contract, "/nonexistent/x.yaml", &names, &err), -1);
	CHECK_ERR(&err, ERR_CONFIG, "/nonexistent/x.yaml: No such file");
}

static void hostile_documents(void **state)
{
	(void)state;
	CLEAN_BUF struct buf holes = { 0 }, parts = { 0 };
	/* one declared hole that stands in the path a thousand times */
	buf_add_str(&holes, HEAD "  ? /a");
	for (int i = 0; i < 2000; i++)
		buf_add_str(&holes, "/{x}");
	buf_add_str(
		&holes,
		"\n  : {get: {operationId: o, parameters: [{name: x, in: path, schema: {type: string}}]}}");
	CLEANUP(contract_done) struct contract contract = { 0 };
	CLEAN_ERR struct err err = { 0 };
	if (read_text(&contract, holes.data, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(command_whole(&contract.commands[0])->arg_count, 1);
	contract_done(&contract);

	/* two to the power of thirty parts, which are one */
	buf_add_str(
		&parts, HEAD
		"  /a: {get: {operationId: o, parameters: [{name: q, in: query, schema: {$ref: '#/c/s0'}}]}}\nc:\n");
	for (int i = 0; i < 30; i++)
		buf_add_format(&parts, "  s%d: {allOf: [{$ref: '#/c/s%d'}, {$ref: '#/c/s%d'}]}\n",
			       i, i + 1, i + 1);
	buf_add_str(&parts, "  s30: {type: string}\n");
	if (read_text(&contract, parts.data, &err) < 0)
		fail_msg("%s", err.message);
	const struct command *o = command_whole(&contract.commands[0]);
	assert_int_equal(o->args[0].type, ARG_STRING);
	assert_false(has_problem(&contract, NULL, "allOf"));
}

static void rules(void **state)
{
	(void)state;
	CLEANUP(contract_done) struct contract contract = { 0 };
	CLEAN_ERR struct err err = { 0 };
	const char *text = HEAD
		"  /a:\n    post:\n      operationId: o\n      summary: \"First\\nsecond\"\n      x-bangoctl:\n"
		"        done: made\n        from: [A, B]\n        columns: [x, y.z]\n        examples: [bangoctl o]\n"
		"        evidence: {documented: 'https://x'}\n        to:\n          - {status: S, when: {immediately: true, n: 1, k: '*'}}\n"
		"          - {status: T}\n          - {nothing: 1}\n"
		"  /b: {post: {operationId: p, x-bangoctl: {from: A, to: Z}}}\n"
		"  /d: {post: {operationId: r, x-bangoctl: {from: \"A\\e\", to: \"Z\\e\"}}}\n"
		"  /e: {post: {operationId: s, x-bangoctl: {to: \"Z\\0\"}}}\n  /c: {post: {operationId: q, x-bangoctl: {to: {a: 1}}}}";
	assert_int_equal(read_text(&contract, text, &err), 0);
	const struct command *o = command_whole(&contract.commands[0]),
			     *p = command_whole(&contract.commands[1]);
	CHECK_TEXT(o->summary, "First", "summary");
	CHECK_TEXT(o->done, "made", "done");
	CHECK_TEXT(o->evidence, "documented: https://x", "evidence");
	CHECK_TEXT(p->evidence, "documented: doc", "evidence of its own document");
	assert_int_equal(o->from_count, 2);
	assert_int_equal(o->column_count, 2);
	assert_int_equal(o->example_count, 1);
	assert_int_equal(o->to_count, 2);
	assert_int_equal(o->to[0].when_count, 3);
	CHECK_TEXT(o->to[0].when[0].value, "true", "a boolean condition");
	CHECK_TEXT(o->to[0].when[1].value, "1", "a number condition");
	assert_int_equal(o->to[1].when_count, 0);
	assert_int_equal(p->from_count, 1);
	CHECK_TEXT(p->to[0].status, "Z", "a single status");
	const struct command *r = command_whole(&contract.commands[2]);
	CHECK_TEXT(r->from[0], "A\\x1b", "a control character");
	CHECK_TEXT(r->to[0].status, "Z\\x1b", "a control character");
	assert_true(has_problem(&contract, "/paths/~1e/post/x-bangoctl/to", "names no status"));
	assert_true(has_problem(&contract, "/paths/~1a/post/x-bangoctl/to/2", "names no status"));
	assert_true(has_problem(&contract, "/paths/~1c/post/x-bangoctl/to",
				"neither a status nor a list"));
}

static void moving(void **state)
{
	(void)state;
	CLEANUP(contract_done) struct contract contract = { 0 };
	struct err err = { 0 };
	assert_int_equal(read_text(&contract,
				   HEAD
				   "  /a/{x}/{y}: {get: {operationId: getThing}}\n  /b: {get: {}}",
				   &err),
			 0);
	const struct command *command = command_whole(&contract.commands[0]);
	assert_int_equal(contract_move(&contract, "getThing", "PUT", NULL, &err), 0);
	CHECK_TEXT(command->method, "PUT", "method");
	CHECK_TEXT(command->path, "/a/{x}/{y}", "path as it was");
	assert_int_equal(contract_move(&contract, "getThing", NULL, "/v2/{y}/of/{x}", &err), 0);
	CHECK_TEXT(command->path, "/v2/{y}/of/{x}", "path");
	static const char *const bad[] = { "/v2/{x}", "/v2/{x}/{y}/{z}", "v2/{x}/{y}", "",
					   "/v2/{x}/{Y}" };
	for (size_t i = 0; i < COUNT(bad); i++) {
		CHECK(contract_move(&contract, "getThing", "GET", bad[i], &err) == -1,
		      "%s is taken\n", bad[i]);
		CHECK_TEXT(err.hint, "a path begins with a slash and keeps each {name}", bad[i]);
		CHECK_ERR(&err, ERR_CONFIG, "operations.getThing: the path");
		CHECK_TEXT(command->path, "/v2/{y}/of/{x}", "unchanged");
		CHECK_TEXT(command->method, "PUT", "unchanged");
	}
	assert_int_equal(contract_move(&contract, "getThign", "PUT", NULL, &err), -1);
	CHECK_TEXT(err.hint, "did you mean getThing?", "hint");
	CHECK_ERR(&err, ERR_CONFIG, "operations.getThign: the contract has no such operation");
}

static void pointers(void **state)
{
	(void)state;
	CLEAN_FREE char *pointer = document_pointer("/paths", "/a~b/{c}");
	CHECK_TEXT(pointer, "/paths/~1a~0b~1{c}", "RFC 6901");
}

static void builtin_is_clean(void **state)
{
	(void)state;
	CLEANUP(contract_done) struct contract contract = { 0 };
	struct contract_reserved names = reserved();
	contract_builtin(&contract, &names);
	contract_check(&contract);
	CHECK(contract.problem_count == 0, "%s: %s\n", contract.problems[0].pointer,
	      contract.problems[0].message);
	assert_true(contract.command_count > 5);
	for (size_t i = 0; i < contract.command_count; i++) {
		const struct command *command = command_whole(&contract.commands[i]);
		CHECK(command->operation_id && command->summary && command->evidence &&
			      command->sample,
		      "%s\n", command->name);
		bool documented = strncmp(command->evidence, "documented: ", 12) == 0,
		     inferred = strncmp(command->evidence, "inferred: ", 10) == 0;
		CHECK(documented || inferred, "%s: %s\n", command->name, command->evidence);
		CHECK(command->effect == EFFECT_READ || command->danger != DANGER_NONE,
		      "%s has no danger\n", command->name);
		CHECK(command->effect == EFFECT_READ || command->done, "%s: no past tense\n",
		      command->name);
	}
	static const char *const severe[] = { "entitlement cancel", "entitlement revoke",
					      "entitlement terminate" };
	for (size_t i = 0; i < contract.command_count; i++)
		for (size_t s = 0; s < COUNT(severe); s++)
			CHECK(strcmp(contract.commands[i].name, severe[s]) != 0 ||
				      contract.commands[i].danger == DANGER_SEVERE,
			      "%s\n", severe[s]);
}

static void check_finds(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{ "get: {summary: s, parameters: [{name: q, in: query, schema: {type: string}}]}",
		  "no description of q" },
		{ "get: {summary: s, parameters: [{name: q, in: query, description: d, schema: {type: string, enum: []}}]}",
		  "an enum without values" },
		{ "post: {operationId: x, x-bangoctl: {command: a delete, danger: moderate}}",
		  "a severe verb without danger" },
		{ "get: {operationId: x, x-bangoctl: {danger: severe}}", "a read with a danger" },
		{ "get: {operationId: x, x-bangoctl: {from: [A]}}", "a read with transitions" },
		{ "get: {operationId: x, x-bangoctl: {columns: [c]}, responses: {'200': {content: {application/json: {example: {d: 1}}}}}}",
		  "the example reply has no column c" },
		{ "get: {operationId: x, x-bangoctl: {rows: r}, responses: {'200': {content: {application/json: {example: {d: 1}}}}}}",
		  "the example reply has no array r" },
	};
	for (size_t i = 0; i < COUNT(pairs); i++) {
		CLEANUP(contract_done) struct contract contract = { 0 };
		CLEAN_ERR struct err err = { 0 };
		CLEAN_FREE char *text = buf_format(HEAD "  /a:\n    %s", pairs[i][0]);
		CHECK(read_text(&contract, text, &err) == 0, "%s\n", err.message);
		contract_check(&contract);
		bool found = has_problem(&contract, "/paths/~1a/get", pairs[i][1]) ||
			     has_problem(&contract, "/paths/~1a/get/parameters/0", pairs[i][1]) ||
			     has_problem(&contract, "/paths/~1a/post", pairs[i][1]);
		CHECK(found, "no problem <%s>; the first is <%s>\n", pairs[i][1],
		      contract.problem_count ? contract.problems[0].message : "none");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_documents),
		cmocka_unit_test(no_documents),
		cmocka_unit_test(hostile_documents),
		cmocka_unit_test(rules),
		cmocka_unit_test(moving),
		cmocka_unit_test(pointers),
		cmocka_unit_test(builtin_is_clean),
		cmocka_unit_test(check_finds),
	};
	unit_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
