/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contract/difference.h"

#include <string.h>

void difference_add(const struct differences *diff, const struct difference *row)
{
	struct json_doc *doc = diff->doc;
	const struct command *about = diff->about;
	struct json *object = json_new(doc, JSON_OBJECT);
	json_set_string(doc, object, "operation", about ? about->operation_id : NULL);
	json_set_string(doc, object, "command", about ? about->name : NULL);
	json_set_string(doc, object, "method", about ? about->method : NULL);
	json_set_string(doc, object, "path", about ? about->path : NULL);
	json_set_string(doc, object, "change", row->change);
	json_set_string(doc, object, "what", row->what);
	json_set_string(doc, object, "field", row->field);
	json_set(doc, object, "from", row->from ? row->from : json_new(doc, JSON_NULL));
	json_set(doc, object, "to", row->to ? row->to : json_new(doc, JSON_NULL));
	json_set_string(doc, object, "note", row->note);
	json_append(diff->rows, object);
}

void difference_texts(const struct differences *diff, const char *change, const char *what,
		      const char *from, const char *to)
{
	if (from == to || (from && to && strcmp(from, to) == 0))
		return;
	difference_add(diff, &(struct difference){
				     .change = change,
				     .what = what,
				     .from = from ? json_new_string(diff->doc, from) : NULL,
				     .to = to ? json_new_string(diff->doc, to) : NULL,
			     });
}

void difference_lists(const struct differences *diff, const char *what, struct json *from,
		      struct json *to)
{
	if (json_equal(from, to))
		return;
	difference_add(diff, &(struct difference){
				     .change = !from->count ? "added"
					       : !to->count ? "removed"
							    : "changed",
				     .what = what,
				     .from = from->count ? from : NULL,
				     .to = to->count ? to : NULL,
			     });
}
