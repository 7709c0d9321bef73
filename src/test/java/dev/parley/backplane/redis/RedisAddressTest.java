package dev.parley.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;

final class RedisAddressTest {
    @Test
    void userAndPasswordEndAtTheFirstColonAndTheLastAt() {
        RedisAddress address = RedisAddress.parse("redis://parley:a:b%40c%2Fd@host:7000/3");

        assertThat(address.user()).isEqualTo("parley");
        assertThat(address.password()).isEqualTo("a:b@c/d");
        assertThat(address.hosts()).containsExactly(new HostAndPort("host", 7000));
        assertThat(address.database()).isEqualTo(3);
        assertThat(RedisAddress.parse("redis://:word@host").password()).isEqualTo("word");
        assertThat(RedisAddress.parse("redis://host").password()).isEmpty();
    }

    @Test
    void eachKindOfServerHasItsUsualPort() {
        assertThat(RedisAddress.parse("redis://[::1]").hosts()).containsExactly(new HostAndPort("::1", 6379));
        assertThat(RedisAddress.parse("rediss-sentinel://a,b:1?master=m").hosts())
                .containsExactly(new HostAndPort("a", 26379), new HostAndPort("b", 1));
        assertThat(RedisAddress.parse("redis-cluster://a,b:7").hosts())
                .containsExactly(new HostAndPort("a", 6379), new HostAndPort("b", 7));
    }
}
