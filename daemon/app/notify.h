/*
 * notify - tells the service manager how far we are (sd_notify(3)), when it wants to know.
 */
#ifndef COLDSHOULDER_APP_NOTIFY_H
#define COLDSHOULDER_APP_NOTIFY_H

/*
 * Each sends one message to the socket named by NOTIFY_SOCKET, and does nothing without that variable or when the
 * message cannot be sent. Thread-safe.
 */
void notify_ready(const char *status); /* `status`: one line for people */
void notify_reloading(void);           /* to be followed by notify_ready() */
void notify_stopping(const char *status);

#endif
