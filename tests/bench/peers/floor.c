/* The floor: what it costs to send one frame to every socket in a plain loop of send(), with nothing else around it.
 *
 * It answers a websocket handshake (RFC 6455, 4.2.2), and sends each line of its standard input to everybody as a text
 * message. It ends with its standard input. Its argument is the port.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 1 << 16 };

static char shaken[MOST]; /* by file descriptor: its handshake is done */
static int highest;

static uint32_t turned(uint32_t word, int bits) { return word << bits | word >> (32 - bits); }

/* SHA-1 (RFC 3174) of less than 120 bytes, which is two blocks at most. */
static void sha1(const char *text, unsigned char digest[20]) {
  uint32_t state[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0}, word[80];
  unsigned char block[128] = {0};
  size_t size = strlen(text), end = size < 56 ? 64 : 128;
  memcpy(block, text, size);
  block[size] = 0x80;
  block[end - 2] = size * 8 >> 8;
  block[end - 1] = size * 8;
  for (unsigned char *from = block; from < block + end; from += 64) {
    for (int i = 0; i < 16; i++)
      word[i] = (uint32_t)from[4 * i] << 24 | from[4 * i + 1] << 16 | from[4 * i + 2] << 8 | from[4 * i + 3];
    for (int i = 16; i < 80; i++) word[i] = turned(word[i - 3] ^ word[i - 8] ^ word[i - 14] ^ word[i - 16], 1);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int i = 0; i < 80; i++) {
      uint32_t mixed = i < 20   ? (b & c | ~b & d) + 0x5A827999
                       : i < 40 ? (b ^ c ^ d) + 0x6ED9EBA1
                       : i < 60 ? (b & c | b & d | c & d) + 0x8F1BBCDC
                                : (b ^ c ^ d) + 0xCA62C1D6;
      uint32_t next = turned(a, 5) + mixed + e + word[i];
      e = d, d = c, c = turned(b, 30), b = a, a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
  }
  for (int i = 0; i < 20; i++) digest[i] = state[i / 4] >> (24 - i % 4 * 8);
}

static void base64(const unsigned char digest[20], char text[29]) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0; i < 7; i++) {
    uint32_t three = digest[3 * i] << 16 | digest[3 * i + 1] << 8 | (i < 6 ? digest[3 * i + 2] : 0);
    for (int j = 0; j < 4; j++) *text++ = letters[three >> (18 - 6 * j) & 63];
  }
  text[-1] = '=';
  *text = 0;
}

static void left(int line) {
  shaken[line] = 0;
  close(line);
}

/* A request that does not come whole, or has no key, is not answered. */
static void shake(int line) {
  char request[4096], key[64], answer[256];
  unsigned char digest[20];
  ssize_t size = recv(line, request, sizeof request - 1, 0);
  request[size < 0 ? 0 : size] = 0;
  char *named = strcasestr(request, "\r\nSec-WebSocket-Key: ");
  if (!strstr(request, "\r\n\r\n") || !named || sscanf(named + 21, "%24[A-Za-z0-9+/=]", key) != 1) return left(line);
  strcat(key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  sha1(key, digest);
  base64(digest, key);
  int written = sprintf(answer,
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Accept: %s\r\n\r\n",
                        key);
  if (send(line, answer, written, MSG_NOSIGNAL) != written) return left(line);
  shaken[line] = 1;
  if (line > highest) highest = line;
}

static void publish(const char *text, size_t size) {
  static char frame[MOST + 4];
  size_t head = size < 126 ? 2 : 4;
  frame[0] = (char)0x81;
  frame[1] = size < 126 ? size : 126;
  if (head == 4) frame[2] = size >> 8, frame[3] = size;
  memcpy(frame + head, text, size);
  for (int line = 0; line <= highest; line++)
    if (shaken[line] && send(line, frame, head + size, MSG_NOSIGNAL) != (ssize_t)(head + size)) left(line);
}

static void told(void) {
  static char text[MOST];
  static size_t size;
  ssize_t more = read(STDIN_FILENO, text + size, sizeof text - size);
  if (more <= 0) exit(0);
  size += more;
  for (char *end; (end = memchr(text, '\n', size));) {
    publish(text, end - text);
    size -= end + 1 - text;
    memmove(text, end + 1, size);
  }
}

int main(int count, char **words) {
  struct epoll_event event = {.events = EPOLLIN}, events[256];
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), epoll = epoll_create1(0), one = 1;
  address.sin_port = htons(count > 1 ? atoi(words[1]) : 0);
  setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  setsockopt(listening, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* and so for every line */
  if (bind(listening, (struct sockaddr *)&address, sizeof address) || listen(listening, 4096)) return perror("floor"), 1;
  epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd = listening, &event);
  epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd = STDIN_FILENO, &event);
  for (;;) {
    int found = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < found; i++) {
      int line = events[i].data.fd;
      char dropped[4096];
      if (line == STDIN_FILENO) {
        told();
      } else if (line == listening) {
        while ((line = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0)
          epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd = line, &event);
      } else if (!shaken[line]) {
        shake(line);
      } else if (recv(line, dropped, sizeof dropped, 0) <= 0) {
        left(line);
      }
    }
  }
}
