/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sandbox/replies.h"

#include "base/mem.h"

void kept_reply_done(struct kept_reply *reply)
{
	free(reply->identifier);
	free(reply->fingerprint);
	free(reply->body);
	*reply = (struct kept_reply){ 0 };
}

static void list_done(struct reply_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		kept_reply_done(list->items[i]);
		free(list->items[i]);
	}
	free(list->items);
	table_done(&list->by_identifier);
	*list = (struct reply_list){ 0 };
}

void replies_done(struct replies *replies)
{
	list_done(&replies->old);
	list_done(&replies->young);
}

const struct kept_reply *replies_find(const struct replies *replies, const char *identifier)
{
	const struct kept_reply *young = table_get(&replies->young.by_identifier, identifier);
	return young ? young : table_get(&replies->old.by_identifier, identifier);
}

void replies_keep(struct replies *replies, const struct kept_reply *reply)
{
	if (replies_find(replies, reply->identifier))
		return;
	struct reply_list *young = &replies->young;
	if (young->count == REPLIES_KEPT) {
		list_done(&replies->old);
		replies->old = *young;
		*young = (struct reply_list){ 0 };
	}
	struct kept_reply *kept = mem_new(1, sizeof(*kept));
	*kept = (struct kept_reply){
		.identifier = mem_dup(reply->identifier),
		.fingerprint = mem_dup(reply->fingerprint),
		.status = reply->status,
		.body = mem_dup(reply->body),
	};
	young->items = mem_grow(young->items, young->count, sizeof(struct kept_reply *));
	young->items[young->count++] = kept;
	table_add(&young->by_identifier, kept->identifier, kept);
}
