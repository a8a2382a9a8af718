/* Two processes that send each other messages of fixed sizes, one at a time: what any client and server pay for a call, and no more.
 * pingpong unix|tcp REQUEST_BYTES REPLY_BYTES SECONDS   prints the microseconds of a round trip. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void tcp_pair(int ends[2]) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) || listen(listener, 1)) fail("listen");
    getsockname(listener, (struct sockaddr *)&address, &length);
    ends[0] = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(ends[0], (struct sockaddr *)&address, length)) fail("connect");
    ends[1] = accept(listener, NULL, NULL);
    for (int end = 0; end < 2; end++) setsockopt(ends[end], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    close(listener);
}

/* Returns 0 at the end of the stream. */
static int receive(int socket, char *bytes, size_t count) {
    for (size_t done = 0; done < count;) {
        ssize_t got = read(socket, bytes + done, count - done);
        if (got <= 0) return 0;
        done += got;
    }
    return 1;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

int main(int count, char **arguments) {
    if (count != 5) {
        fprintf(stderr, "usage: pingpong unix|tcp REQUEST_BYTES REPLY_BYTES SECONDS\n");
        return 2;
    }
    size_t request = atoi(arguments[2]), reply = atoi(arguments[3]);
    double seconds = atof(arguments[4]);
    char *bytes = calloc(1, request > reply ? request : reply);
    int ends[2];
    if (strcmp(arguments[1], "tcp") == 0) tcp_pair(ends);
    else if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) fail("socketpair");
    if (fork() == 0) {
        close(ends[0]);
        while (receive(ends[1], bytes, request)) if (write(ends[1], bytes, reply) < 0) return 1;
        return 0;
    }
    close(ends[1]);
    long trips = 0;
    double start = now(), end = start;
    while (end - start < seconds) {
        for (int trip = 0; trip < 100; trip++, trips++) {
            if (write(ends[0], bytes, request) < 0 || !receive(ends[0], bytes, reply)) fail("pingpong");
        }
        end = now();
    }
    close(ends[0]);
    wait(NULL);
    printf("{\"us_per_call\": %.3f}\n", (end - start) / trips * 1e6);
    return 0;
}
