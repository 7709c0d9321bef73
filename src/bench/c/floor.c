/*
 * The guide's echo and chat with nothing in between: one thread, epoll, no checks that a real server would need. What a
 * delivery costs here is what the kernel takes for it, so it is the unit that the other servers are measured in.
 *
 * floor PORT             one write for each delivery
 * floor PORT coalesce    what one turn of the loop has for a member leaves in one write
 *
 * Listens on 127.0.0.1. Ends when its standard input ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FDS = 65536, IN_BYTES = 1 << 18, EVENTS = 512, MAX_PENDING = 16 << 20, MAX_HEADER = 10 };

struct buffer {
    char *bytes;
    size_t length, capacity;
};

struct client {
    int fd, upgraded, chat, dirty, writable, over;
    size_t place; /* in members */
    char id[24];
    struct buffer in, out;
};

static struct client *clients[MAX_FDS];
static struct client *members[MAX_FDS];
static struct client *dirty[MAX_FDS];
static struct client *ended[MAX_FDS];
static size_t member_count, dirty_count, ended_count;
static int poller, coalesce;
static char in[IN_BYTES];

static void append(struct buffer *b, const char *bytes, size_t length) {
    if (b->length + length > b->capacity) {
        b->capacity = (b->length + length) * 2;
        b->bytes = realloc(b->bytes, b->capacity);
        if (!b->bytes) abort();
    }
    memcpy(b->bytes + b->length, bytes, length);
    b->length += length;
}

static void clear(struct buffer *b) {
    free(b->bytes);
    memset(b, 0, sizeof *b);
}

/* --- SHA-1 and base64, for the one header of the handshake that needs them --- */

static uint32_t rotate(uint32_t x, int n) { return x << n | x >> (32 - n); }

static void sha1(const unsigned char *text, size_t length, unsigned char out[20]) {
    uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    unsigned char padded[128] = {0};
    size_t blocks = (length + 9 + 63) / 64;
    memcpy(padded, text, length);
    padded[length] = 0x80;
    for (int i = 0; i < 8; i++) padded[blocks * 64 - 1 - i] = (unsigned char)((uint64_t)length * 8 >> (8 * i));
    for (size_t block = 0; block < blocks; block++) {
        const unsigned char *p = padded + block * 64;
        uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
        for (int i = 0; i < 16; i++)
            w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 | (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
        for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        for (int i = 0; i < 80; i++) {
            uint32_t f, k;
            if (i < 20) f = (b & c) | (~b & d), k = 0x5A827999;
            else if (i < 40) f = b ^ c ^ d, k = 0x6ED9EBA1;
            else if (i < 60) f = (b & c) | (b & d) | (c & d), k = 0x8F1BBCDC;
            else f = b ^ c ^ d, k = 0xCA62C1D6;
            uint32_t t = rotate(a, 5) + f + e + k + w[i];
            e = d, d = c, c = rotate(b, 30), b = a, a = t;
        }
        h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
    }
    for (int i = 0; i < 20; i++) out[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
}

static void base64(const unsigned char bytes[20], char text[29]) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0, o = 0; i < 20; i += 3) {
        uint32_t three = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | (i + 2 < 20 ? bytes[i + 2] : 0);
        for (int d = 18; d >= 0; d -= 6) text[o++] = digits[three >> d & 63];
    }
    text[27] = '=';
    text[28] = 0;
}

/* --- sending --- */

/* To be cleared away when this turn of the loop is over, so that nobody holds a freed client. */
static void end(struct client *c) {
    if (!c->over) {
        c->over = 1;
        ended[ended_count++] = c;
    }
}

static void watch(struct client *c, int writable) {
    if (c->writable != writable) {
        c->writable = writable;
        struct epoll_event event = {.events = EPOLLIN | (writable ? EPOLLOUT : 0), .data.fd = c->fd};
        epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
    }
}

static void flush(struct client *c) {
    if (c->over || !c->out.length) return;
    ssize_t n = send(c->fd, c->out.bytes, c->out.length, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) {
        end(c);
        return;
    }
    if (n > 0) {
        c->out.length -= (size_t)n;
        memmove(c->out.bytes, c->out.bytes + n, c->out.length);
    }
    watch(c, c->out.length > 0);
    if (!c->out.length && c->out.capacity > 4096) clear(&c->out);
}

static void send_to(struct client *c, const char *bytes, size_t length) {
    if (c->over) return;
    if (!coalesce && !c->out.length) {
        ssize_t n = send(c->fd, bytes, length, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN) {
            end(c);
            return;
        }
        if (n == (ssize_t)length) return;
        append(&c->out, bytes + (n > 0 ? n : 0), length - (size_t)(n > 0 ? n : 0));
        watch(c, 1);
        return;
    }
    if (c->out.length > MAX_PENDING) {
        end(c);
        return;
    }
    append(&c->out, bytes, length);
    if (coalesce && !c->dirty) {
        c->dirty = 1;
        dirty[dirty_count++] = c;
    }
}

/* A text frame of two pieces, made once for whoever gets it. */
static size_t frame(char *out, const char *head, size_t head_length, const char *tail, size_t tail_length) {
    size_t length = head_length + tail_length, at = 2;
    out[0] = (char)0x81;
    if (length < 126) {
        out[1] = (char)length;
    } else if (length < 65536) {
        out[1] = 126, out[2] = (char)(length >> 8), out[3] = (char)length;
        at = 4;
    } else {
        out[1] = 127;
        for (int i = 0; i < 8; i++) out[2 + i] = (char)((uint64_t)length >> (56 - 8 * i));
        at = 10;
    }
    memcpy(out + at, head, head_length);
    memcpy(out + at + head_length, tail, tail_length);
    return at + length;
}

static char out[IN_BYTES + 256];

static void broadcast(const char *head, size_t head_length, const char *tail, size_t tail_length) {
    size_t length = frame(out, head, head_length, tail, tail_length);
    for (size_t i = 0; i < member_count; i++) send_to(members[i], out, length);
}

static void text(struct client *c, const char *message, size_t length) {
    if (!c->chat) {
        static const char echo[] = "Message text was: ";
        send_to(c, out, frame(out, echo, sizeof echo - 1, message, length));
        return;
    }
    static const char wrote[] = "You wrote: ";
    send_to(c, out, frame(out, wrote, sizeof wrote - 1, message, length));
    char says[64];
    int n = snprintf(says, sizeof says, "Client #%s says: ", c->id);
    broadcast(says, (size_t)n, message, length);
}

/* --- receiving --- */

static int upgrade(struct client *c, char *request) {
    char *key = strcasestr(request, "Sec-WebSocket-Key:");
    if (strncmp(request, "GET /ws", 7) || !key) return 0;
    key += 18;
    while (*key == ' ') key++;
    size_t length = strcspn(key, " \r");
    if (length > 32) return 0;
    unsigned char digest[20];
    char joined[80], accept[29], answer[200];
    memcpy(joined, key, length);
    memcpy(joined + length, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
    sha1((unsigned char *)joined, length + 36, digest);
    base64(digest, accept);
    int n = snprintf(answer, sizeof answer,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
        accept);
    if (request[7] == '/') {
        snprintf(c->id, sizeof c->id, "%.*s", (int)strcspn(request + 8, " ?"), request + 8);
        c->chat = 1;
        c->place = member_count;
        members[member_count++] = c;
    }
    c->upgraded = 1;
    send_to(c, answer, (size_t)n);
    return 1;
}

/* How much of the bytes was whole frames. */
static size_t frames(struct client *c, char *bytes, size_t available) {
    size_t at = 0;
    while (!c->over && available - at >= 6) {
        unsigned char *p = (unsigned char *)bytes + at;
        size_t length = p[1] & 127, header = 6;
        if (length == 126) {
            header = 8;
            length = (size_t)p[2] << 8 | p[3];
        } else if (length == 127) {
            header = 14;
            if (available - at < header) break;
            length = 0;
            for (int i = 2; i < 10; i++) length = length << 8 | p[i];
        }
        if (available - at < header || length > IN_BYTES - 64) {
            if (length > IN_BYTES - 64) end(c);
            break;
        }
        if (available - at < header + length) break;
        unsigned char *payload = p + header, *mask = payload - 4;
        for (size_t i = 0; i < length; i++) payload[i] ^= mask[i & 3];
        int opcode = p[0] & 15;
        if (opcode == 1) {
            text(c, (char *)payload, length);
        } else if (opcode == 8) {
            char farewell[4] = {(char)0x88, 0, 0, 0};
            size_t code = length >= 2 ? 2 : 0;
            farewell[1] = (char)code;
            memcpy(farewell + 2, payload, code);
            send_to(c, farewell, 2 + code);
            flush(c);
            end(c);
        } else if (opcode == 9 && length < 126) {
            char pong[128] = {(char)0x8A, (char)length};
            memcpy(pong + 2, payload, length);
            send_to(c, pong, 2 + length);
        }
        at += header + length;
    }
    return at;
}

static void readable(struct client *c) {
    size_t kept = c->in.length;
    memcpy(in, c->in.bytes ? c->in.bytes : "", kept);
    ssize_t n = recv(c->fd, in + kept, sizeof in - kept - 1, 0);
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN) end(c);
        return;
    }
    size_t available = kept + (size_t)n, at = 0;
    if (!c->upgraded) {
        in[available] = 0;
        char *blank = strstr(in, "\r\n\r\n");
        if (blank) {
            at = (size_t)(blank + 4 - in);
            if (!upgrade(c, in)) {
                end(c);
                return;
            }
        }
    }
    if (c->upgraded) at += frames(c, in + at, available - at);
    if (c->in.length || at < available) {
        clear(&c->in);
        if (at < available) append(&c->in, in + at, available - at);
    }
}

static void bury(struct client *c) {
    if (c->chat) {
        members[c->place] = members[--member_count];
        members[c->place]->place = c->place;
        char left[64];
        int n = snprintf(left, sizeof left, "Client #%s left the chat", c->id);
        broadcast(left, (size_t)n, "", 0);
    }
    clients[c->fd] = NULL;
    close(c->fd);
    clear(&c->in);
    clear(&c->out);
    free(c);
}

static void accept_all(int listener) {
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= MAX_FDS) {
            close(fd);
            continue;
        }
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        clients[fd] = calloc(1, sizeof *clients[fd]);
        if (!clients[fd]) abort();
        clients[fd]->fd = fd;
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    }
}

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    coalesce = argc > 2 && !strcmp(argv[2], "coalesce");
    signal(SIGPIPE, SIG_IGN);
    mallopt(M_MMAP_THRESHOLD, 64 << 20); /* or each large batch would be mapped and unmapped */
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
        perror("floor");
        return 1;
    }
    poller = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    event.data.fd = 0;
    epoll_ctl(poller, EPOLL_CTL_ADD, 0, &event);
    for (;;) {
        struct epoll_event ready[EVENTS];
        int n = epoll_wait(poller, ready, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            int fd = ready[i].data.fd;
            if (fd == 0) {
                char ignored[16];
                if (read(0, ignored, sizeof ignored) <= 0) return 0;
            } else if (fd == listener) {
                accept_all(listener);
            } else if (clients[fd] && !clients[fd]->over) {
                if (ready[i].events & EPOLLOUT) flush(clients[fd]);
                if (ready[i].events & ~(uint32_t)EPOLLOUT) readable(clients[fd]);
            }
        }
        while (dirty_count || ended_count) {
            for (size_t i = 0; i < dirty_count; i++) {
                dirty[i]->dirty = 0;
                flush(dirty[i]);
            }
            dirty_count = 0;
            while (ended_count) bury(ended[--ended_count]); /* tells the others, who are dirty then */
        }
    }
}
