/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the certificates of the CAs lie that a server's certificate is checked against. */
#ifndef LIB_TRUST_H
#define LIB_TRUST_H

/* The file to use: the one that is named, else SSL_CERT_FILE's, else NULL. Borrowed. */
const char *trust_file(const char *named);

/*
 * The system's folder of CA certificates, if it has hash links, else NULL. Of a folder only the
 * certificate that is needed is loaded; a bundle costs 18 ms in each process.
 */
const char *trust_folder(void);

#endif
