// Made by `npm run console:types` from the document of the API: do not edit.
export interface paths {
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in
         * @description Five wrong passwords in a row lock the account for 15 minutes.
         */
        post: operations["logIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Trade a refresh token for new tokens
         * @description A refresh token is good once. One that comes back ends the whole sesion, so renew in one place at a time.
         */
        post: operations["refreshTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log out
         * @description Ends this sesion at once: its access and refresh tokens.
         */
        post: operations["logOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who am I?
         * @description The usuario of the access token, as the database knows them now.
         */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What administrators did to the cache, and which values they looked at
         * @description Refused attempts included. Kept for `AUDIT_RETENTION_DAYS`.
         */
        get: operations["listCacheAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics of the cache store, and what this instance counted itself
         * @description Also when the store does not answer: then `connected` is false.
         */
        get: operations["getCacheStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/invalidate/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Remove one key
         * @description The whole rest of the path is the key, with or without the prefix; send `?` as `%3F`.
         */
        post: operations["invalidateCacheKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/invalidate-pattern/{pattern}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Remove every key that matches a glob pattern as Redis understands it
         * @description `*`, `?` (as `%3F`) and `[a-z]` are wildcards. With `dry_run=true` nothing is removed, and at most 10,000 keys are counted.
         */
        post: operations["invalidateCachePattern"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/clear": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Remove every key under the prefix, and nothing else of the database
         * @description Every process reads from the database until its values are cached again. With `confirm` only if that is the prefix.
         */
        post: operations["clearCache"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List keys in alphabetical order
         * @description Those that match `pattern`, with their time to live and size.
         */
        get: operations["listCacheKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/keys/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read one key and its value
         * @description The value as it is stored, decompressed. With `CACHE_ADMIN_VALUES=false` it is withheld.
         */
        get: operations["getCacheKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures of all processes together, in total and lately
         * @description Also when the store does not answer: then those of the answering process.
         */
        get: operations["getCacheOverview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures over time
         * @description Slots of 10 seconds for two hours, and of 5 minutes for eight days.
         */
        get: operations["getCacheHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/namespaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures by namespace
         * @description Reads, why they miss, load times, and what the figures say should be changed.
         */
        get: operations["listCacheNamespaces"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/hot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The most read, the largest or the dearest keys of the live processes
         * @description From samples and bounded lists, so each figure has an error.
         */
        get: operations["listHotCacheKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/fleet": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every process that uses the cache, with its state and figures
         * @description Also when the store does not answer: then the answering process alone.
         */
        get: operations["listCacheProcesses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/journal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened to the cache, and why
         * @description Removals, refused fills, failures; with keys and patterns, never values.
         */
        get: operations["listCacheJournal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/tree": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count keys by the next segment of their names
         * @description One level of the tree of keys, whose names are split at colons.
         */
        get: operations["listCacheTree"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/explain/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Say what is at a key, and if there is no value, why
         * @description By which event, whom and which request it was removed, each with its certainty. Answers partly when the store does not.
         */
        get: operations["explainCacheKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/freshness/probe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Measure how soon every process is proved to have what is committed now
         * @description Appends nothing. Once in five seconds.
         */
        post: operations["probeCacheFreshness"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/warming": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far the warming of the cache is
         * @description In whichever process it runs; and how the last runs ended. Polled, so not audited.
         */
        get: operations["getCacheWarming"];
        put?: never;
        /**
         * Warm the cache now
         * @description In the answering process, 30 seconds at most, four loads at a time; slower while the database is busy. Entries that are there are left.
         */
        post: operations["startCacheWarming"];
        /**
         * Stop the warming of the cache
         * @description In whichever process it runs, within a second. What is warm stays.
         */
        delete: operations["stopCacheWarming"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cache/doctor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is wrong with the cache, why it matters, and what mends it
         * @description Also when the store does not answer: that is a finding. Kept for five seconds.
         */
        get: operations["getCacheDoctor"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        LoginDto: {
            /**
             * Format: email
             * @example usuario@gad.local
             */
            email: string;
            /** @example gad-demo */
            password: string;
        };
        TokensDto: {
            /**
             * @description Goes into `Authorization: Bearer …`
             * @example eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzaWQiOiI…
             */
            access_token: string;
            /**
             * @example Bearer
             * @enum {string}
             */
            token_type: "Bearer";
            /**
             * Format: int32
             * @description Seconds that the access token lasts
             * @example 900
             */
            expires_in: number;
            /**
             * @description Good for one `POST /auth/refresh`; using it twice ends the sesion
             * @example mB0zV5kq2yqv2b6C4tC0bZ1H8l5Yw3m9x7R2s6T4u8E
             */
            refresh_token: string;
        };
        RefreshDto: {
            /** @example mB0zV5kq2yqv2b6C4tC0bZ1H8l5Yw3m9x7R2s6T4u8E */
            refresh_token: string;
        };
        LogoutDto: {
            /** @example true */
            revoked: boolean;
        };
        MeDto: {
            /**
             * Format: int32
             * @example 2
             */
            id: number;
            /** @example usuario@gad.local */
            email: string;
            /** @example Ulises */
            nombre: string;
            /** @example Suárez */
            apellido: string;
            /**
             * @example usuario
             * @enum {string}
             */
            rol: "usuario" | "supervisor" | "admin";
        };
        CacheAuditEntryDto: {
            /**
             * Format: int64
             * @example 12
             */
            id: number;
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            at: string;
            /**
             * Format: int32
             * @example 1
             */
            usuario_id: number | null;
            /** @example admin@gad.local */
            usuario_email: string | null;
            /** @enum {string} */
            action: "invalidate" | "invalidate-pattern" | "clear" | "inspect" | "invalidate-user" | "start-warming" | "stop-warming";
            /**
             * @description A key or pattern, as it was sent where it was refused
             * @example stats:user:2:*
             */
            target: string | null;
            /** @example false */
            dry_run: boolean;
            /**
             * Format: int64
             * @description Keys removed, counted or shown
             * @example 3
             */
            keys: number | null;
            /**
             * @description null where its end was not written
             * @enum {string|null}
             */
            outcome: "ok" | "refused" | "failed" | null;
            /**
             * Format: int32
             * @description null where its end was not written
             * @example 200
             */
            status: number | null;
            /**
             * Format: int32
             * @description null where its end was not written
             * @example 12
             */
            ms: number | null;
            /** @example b2c1f0de */
            request_id: string | null;
        };
        CacheAuditPageDto: {
            /** @description The newest first */
            items: components["schemas"]["CacheAuditEntryDto"][];
            /**
             * @description For `cursor`; `null` on the last page
             * @example null
             */
            next_cursor: string | null;
        };
        FreshnessDto: {
            /**
             * @example strict
             * @enum {string}
             */
            consistency: "strict" | "bounded";
            /**
             * @description Whether it is proved that the store lacks no invalidation
             * @example true
             */
            fresh: boolean;
            /**
             * Format: int64
             * @description How long it has been so
             * @example 3600
             */
            since_seconds: number;
            /**
             * @description Whether this instance applies the log of events, or another does
             * @example leading
             * @enum {string}
             */
            relay: "leading" | "following" | "away";
            /**
             * Format: int64
             * @description What was committed longer ago than this is certainly applied
             * @example 160
             */
            proof_age_ms: number | null;
            /**
             * Format: int64
             * @description Age of the oldest event of the last batch that this instance applied
             * @example 6
             */
            event_lag_ms: number | null;
            /**
             * Format: int64
             * @description Events that this instance applied
             * @example 120
             */
            events: number;
            /**
             * Format: int64
             * @description Times that this instance cleared the cache because it did not know what is stale
             * @example 0
             */
            clears: number;
        };
        LocalCopiesDto: {
            /**
             * Format: int64
             * @description Reads answered from them
             * @example 900
             */
            hits: number;
            /**
             * Format: int64
             * @example 40
             */
            entries: number;
            /**
             * Format: int64
             * @example 65536
             */
            bytes: number;
            /**
             * Format: int64
             * @description Not kept, because a removal came in between
             * @example 0
             */
            refused: number;
            /**
             * Format: int64
             * @description Times that all of them went
             * @example 1
             */
            flushes: number;
            /**
             * Format: int64
             * @description Messages of removals that were missing
             * @example 0
             */
            gaps: number;
        };
        LocalCountersDto: {
            /**
             * Format: int64
             * @example 1234
             */
            hits: number;
            /**
             * Format: int64
             * @example 456
             */
            misses: number;
            /**
             * Format: int64
             * @example 456
             */
            sets: number;
            /**
             * Format: int64
             * @example 12
             */
            deletes: number;
            /**
             * Format: int64
             * @description Loader runs
             * @example 456
             */
            loads: number;
            /**
             * Format: int64
             * @description Loader runs that threw
             * @example 0
             */
            load_errors: number;
            /**
             * Format: int64
             * @description Callers served by the load of another caller in this process
             * @example 12
             */
            joins: number;
            /**
             * Format: int64
             * @description Times that a load waited for the load of another process
             * @example 3
             */
            waits: number;
            /**
             * Format: int64
             * @description Fills refused, because an invalidation came in between
             * @example 1
             */
            refused_fills: number;
            /**
             * Format: int64
             * @description Values served past their ttl, counted as hits too
             * @example 0
             */
            stale_hits: number;
            /**
             * Format: int64
             * @description Background refreshes that ended with a value
             * @example 0
             */
            refreshes: number;
            /**
             * Format: int64
             * @description Background refreshes that failed
             * @example 0
             */
            refresh_errors: number;
            /**
             * Format: int64
             * @description Stored values that could not be read
             * @example 0
             */
            corrupt: number;
            /**
             * Format: int64
             * @description Store calls that failed or ran out of time
             * @example 0
             */
            errors: number;
            /**
             * Format: int64
             * @description Loads under way
             * @example 0
             */
            loading: number;
            /**
             * Format: int64
             * @description Background refreshes under way
             * @example 0
             */
            background: number;
            /**
             * Format: int64
             * @description Removals that the store has not confirmed yet
             * @example 0
             */
            pending_removals: number;
            /**
             * @example closed
             * @enum {string}
             */
            circuit: "closed" | "open" | "half-open";
            /** @description Copies in the memory of this instance, null where none are kept */
            copies: components["schemas"]["LocalCopiesDto"] | null;
        };
        CacheStatsDto: {
            /** @example true */
            connected: boolean;
            /**
             * Format: int64
             * @example 45
             */
            keys_count: number;
            /**
             * Format: int64
             * @example 1234
             */
            keyspace_hits: number;
            /**
             * Format: int64
             * @example 456
             */
            keyspace_misses: number;
            /**
             * Format: double
             * @description hits / (hits + misses), 0 to 1
             * @example 0.73
             */
            hit_rate: number;
            /**
             * Format: int64
             * @example 0
             */
            evicted_keys: number;
            /** @example 2.5M */
            used_memory: string;
            /**
             * Format: int64
             * @example 45
             */
            db_size: number;
            /**
             * @example redis
             * @enum {string}
             */
            store: "redis" | "memory";
            /** @example gad: */
            prefix: string;
            /**
             * Format: int64
             * @example 3600
             */
            uptime_seconds: number;
            /**
             * @description Figures that are 0 because the store does not say them, such as without INFO
             * @example []
             */
            unknown_figures: string[];
            /**
             * @description Whether the figures are too low because a part of the store is unavailable
             * @example false
             */
            partial: boolean;
            /** @description null when neither the database nor the store is shared with others */
            freshness: components["schemas"]["FreshnessDto"] | null;
            /** @description What this instance has counted itself */
            local: components["schemas"]["LocalCountersDto"];
        };
        InvalidatedKeyDto: {
            /** @example stats:user:2:days:30 */
            key: string;
            /** @example true */
            deleted: boolean;
        };
        InvalidatedPatternDto: {
            /** @example stats:user:* */
            pattern: string;
            /**
             * Format: int64
             * @example 25
             */
            deleted_keys?: number;
            /**
             * Format: int64
             * @description With dry_run=true
             * @example 25
             */
            matched_keys?: number;
            /**
             * @description With dry_run=true: whether more may match, because only 10,000 are counted, or a part of the store is unavailable
             * @example false
             */
            at_least?: boolean;
            /**
             * @description With dry_run=true
             * @example [
             *       "stats:user:2:days:30"
             *     ]
             */
            sample?: string[];
        };
        ClearCacheDto: {
            /**
             * @description The prefix of the cache that is meant; another one is refused
             * @example gad:
             */
            confirm?: string;
        };
        ClearedCacheDto: {
            /** @example true */
            cleared: boolean;
            /** @example Cache cleared successfully */
            message: string;
        };
        CacheKeyDto: {
            /** @example stats:user:2:days:30 */
            key: string;
            /**
             * Format: int64
             * @description Seconds; null = until it is removed
             * @example 287
             */
            ttl: number | null;
            /**
             * Format: int64
             * @example 312
             */
            bytes: number;
        };
        CacheKeyPageDto: {
            items: components["schemas"]["CacheKeyDto"][];
            /**
             * @description For `cursor`; `null` on the last page
             * @example null
             */
            next_cursor: string | null;
            /**
             * @description Whether keys are missing because a part of the store is unavailable
             * @example false
             */
            partial: boolean;
        };
        CacheKeyDetailDto: {
            /** @example stats:user:2:days:30 */
            key: string;
            /**
             * Format: int64
             * @description Seconds; null = until it is removed
             * @example 287
             */
            ttl: number | null;
            /**
             * Format: int64
             * @example 312
             */
            bytes: number;
            /** @example true */
            exists: boolean;
            /** @example false */
            compressed: boolean;
            /**
             * @description Any JSON
             * @example {
             *       "total_tareas": 45
             *     }
             */
            value: Record<string, never> | null;
            /**
             * @description Whether the value is withheld by configuration
             * @example false
             */
            value_withheld: boolean;
        };
        QuantilesDto: {
            /**
             * Format: double
             * @example 0.4
             */
            p50: number | null;
            /**
             * Format: double
             * @example 2.1
             */
            p99: number | null;
        };
        FindingCountsDto: {
            /**
             * Format: int64
             * @description The cache does not do its work
             * @example 0
             */
            fail: number;
            /**
             * Format: int64
             * @description It does it badly, or soon not
             * @example 1
             */
            warn: number;
            /**
             * Format: int64
             * @description Worth knowing
             * @example 2
             */
            info: number;
        };
        CacheServerDto: {
            /**
             * Format: int64
             * @example 2621440
             */
            memory_bytes: number | null;
            /**
             * Format: int64
             * @description null without a limit
             * @example 268435456
             */
            memory_limit_bytes: number | null;
            /**
             * Format: int64
             * @description Since the server started
             * @example 0
             */
            evictions: number | null;
            /**
             * Format: int64
             * @description Of the whole database, with bookkeeping and what other programs keep
             * @example 45
             */
            keys: number | null;
        };
        ReadsDto: {
            /**
             * Format: int64
             * @description Answered from the store
             * @example 1200
             */
            hit: number;
            /**
             * Format: int64
             * @description Answered from a copy in the memory of a process
             * @example 300
             */
            local_hit: number;
            /**
             * Format: int64
             * @description Answered with a value past its ttl
             * @example 2
             */
            stale_hit: number;
            /**
             * Format: int64
             * @description Loaded
             * @example 400
             */
            miss: number;
            /**
             * Format: int64
             * @description The store was not asked or not believed
             * @example 0
             */
            bypass: number;
        };
        MissCausesDto: {
            /**
             * Format: int64
             * @description Never stored before
             * @example 40
             */
            first: number;
            /**
             * Format: int64
             * @description Asked for after the ttl
             * @example 250
             */
            expired: number;
            /**
             * Format: int64
             * @description Removed because it was stale
             * @example 100
             */
            invalidated: number;
            /**
             * Format: int64
             * @description Dropped by the store, which needed room or was emptied
             * @example 10
             */
            evicted: number;
            /**
             * Format: int64
             * @description Stored in a form that cannot be read
             * @example 0
             */
            unreadable: number;
            /**
             * Format: int64
             * @description Removed or dropped: not all removals since are known
             * @example 0
             */
            unknown: number;
        };
        RemovedKeysDto: {
            /**
             * Format: int64
             * @description By a write
             * @example 90
             */
            event: number;
            /**
             * Format: int64
             * @description By an administrator
             * @example 1
             */
            admin: number;
            /**
             * Format: int64
             * @description By the application otherwise
             * @example 0
             */
            code: number;
            /**
             * Format: int64
             * @description By the relay, after a writer that had not
             * @example 3
             */
            relay: number;
            /**
             * Format: int64
             * @description By the application, of all keys
             * @example 0
             */
            clear: number;
        };
        FiguresDto: {
            /** @description A read counts in one of them */
            reads: components["schemas"]["ReadsDto"];
            /**
             * Format: double
             * @description Hits of all reads; null without any
             * @example 0.79
             */
            hit_ratio: number | null;
            /** @description Estimates from a sample of the keys */
            miss_causes: components["schemas"]["MissCausesDto"];
            /**
             * Format: int64
             * @example 400
             */
            loads: number;
            /**
             * Format: int64
             * @example 0
             */
            failed_loads: number;
            /**
             * Format: int64
             * @description Reads that shared the load of another
             * @example 12
             */
            joined_loads: number;
            /**
             * Format: double
             * @example 12.5
             */
            load_ms_mean: number | null;
            /**
             * Format: double
             * @description Hits times the mean time of a load
             * @example 18.8
             */
            saved_seconds: number | null;
            /**
             * Format: int64
             * @description Values stored
             * @example 400
             */
            puts: number;
            /**
             * Format: int64
             * @description Values that were loaded and not stored
             * @example 3
             */
            refused_puts: number;
            removed_keys: components["schemas"]["RemovedKeysDto"];
            /**
             * Format: int64
             * @description Bytes at rest of all values stored
             * @example 124800
             */
            stored_bytes: number;
            /**
             * Format: int64
             * @example 0
             */
            compression_saved_bytes: number;
        };
        WindowDto: {
            /** @description A read counts in one of them */
            reads: components["schemas"]["ReadsDto"];
            /**
             * Format: double
             * @description Hits of all reads; null without any
             * @example 0.79
             */
            hit_ratio: number | null;
            /**
             * Format: int64
             * @example 400
             */
            loads: number;
            /**
             * Format: int64
             * @example 0
             */
            failed_loads: number;
            /**
             * Format: double
             * @example 12.5
             */
            load_ms_mean: number | null;
            /**
             * Format: double
             * @description Hits times the mean time of a load
             * @example 18.8
             */
            saved_seconds: number | null;
            removed_keys: components["schemas"]["RemovedKeysDto"];
            /**
             * Format: int64
             * @description Bytes at rest of all values stored
             * @example 124800
             */
            stored_bytes: number;
            /**
             * Format: int32
             * @description How far it reaches back
             * @example 60
             */
            seconds: number;
        };
        CacheOverviewDto: {
            /**
             * @description `unavailable`: the figures are of the answering process alone, and no window is known
             * @enum {string}
             */
            store: "redis" | "memory" | "unavailable";
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            at: string;
            /**
             * Format: int32
             * @description Processes that reported within 15 seconds
             * @example 2
             */
            processes: number;
            /**
             * @description Whether all of them are proved to be fresh; null without a log of events
             * @example true
             */
            fresh: boolean | null;
            /**
             * Format: date-time
             * @description Everything committed before is applied in all of them, by their clocks; null without proof
             * @example 2026-01-01T12:00:00.000Z
             */
            proof_at: string | null;
            /**
             * @description Who leads
             * @example 5f0c5a0e6f3c
             */
            relay: string | null;
            /**
             * Format: int64
             * @example 0
             */
            pending_removals: number;
            /** @description Of loads by the live processes */
            load_ms: components["schemas"]["QuantilesDto"];
            /** @description Of calls of the store by the live processes */
            store_ms: components["schemas"]["QuantilesDto"];
            /** @description Of the doctor’s last look, which is at most a minute old; null before the first */
            findings: components["schemas"]["FindingCountsDto"] | null;
            /** @description At most five seconds old; null without a server that says it */
            server: components["schemas"]["CacheServerDto"] | null;
            /** @description Of all processes, also of those that ended */
            totals: components["schemas"]["FiguresDto"];
            /** @description The last 1, 5 and 60 minutes, then `since` */
            windows: components["schemas"]["WindowDto"][];
        };
        HistoryPointDto: {
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            at: string;
            reads: components["schemas"]["ReadsDto"];
            /**
             * Format: double
             * @example 0.79
             */
            hit_ratio: number | null;
            /**
             * Format: int64
             * @example 4
             */
            loads: number;
            /**
             * Format: double
             * @example 12.5
             */
            load_ms_mean: number | null;
            removed_keys: components["schemas"]["RemovedKeysDto"];
        };
        CacheHistoryDto: {
            /** @enum {string} */
            step: "10s" | "5m";
            /** @description The oldest first; slots without a count are left out */
            items: components["schemas"]["HistoryPointDto"][];
        };
        AdviceDto: {
            /** @enum {string} */
            code: "longer_ttl" | "more_memory" | "fewer_variants" | "narrower_invalidation" | "bypassed";
            /**
             * Format: double
             * @description Of `longer_ttl` the share of the expired that are asked for again within one ttl, else the share of the misses (`bypassed`: of the reads) with this cause
             * @example 0.67
             */
            share: number;
            /**
             * Format: double
             * @description By how much the hit ratio would rise at most
             * @example 0.07
             */
            gain: number;
        };
        NamespaceDto: {
            /** @description A read counts in one of them */
            reads: components["schemas"]["ReadsDto"];
            /**
             * Format: double
             * @description Hits of all reads; null without any
             * @example 0.79
             */
            hit_ratio: number | null;
            /** @description Estimates from a sample of the keys */
            miss_causes: components["schemas"]["MissCausesDto"];
            /**
             * Format: int64
             * @example 400
             */
            loads: number;
            /**
             * Format: int64
             * @example 0
             */
            failed_loads: number;
            /**
             * Format: int64
             * @description Reads that shared the load of another
             * @example 12
             */
            joined_loads: number;
            /**
             * Format: double
             * @example 12.5
             */
            load_ms_mean: number | null;
            /**
             * Format: double
             * @description Hits times the mean time of a load
             * @example 18.8
             */
            saved_seconds: number | null;
            /**
             * Format: int64
             * @description Values stored
             * @example 400
             */
            puts: number;
            /**
             * Format: int64
             * @description Values that were loaded and not stored
             * @example 3
             */
            refused_puts: number;
            removed_keys: components["schemas"]["RemovedKeysDto"];
            /**
             * Format: int64
             * @description Bytes at rest of all values stored
             * @example 124800
             */
            stored_bytes: number;
            /**
             * Format: int64
             * @example 0
             */
            compression_saved_bytes: number;
            /** @example stats:user */
            namespace: string;
            /**
             * Format: double
             * @description Of the live processes, within 12.5 %
             * @example 9.5
             */
            load_ms_p50: number | null;
            /**
             * Format: double
             * @example 80
             */
            load_ms_p99: number | null;
            advice: components["schemas"]["AdviceDto"][];
        };
        CacheNamespacesDto: {
            /** @description The most read first */
            items: components["schemas"]["NamespaceDto"][];
        };
        HotKeyDto: {
            /** @example stats:user:2:days:30 */
            key: string;
            /**
             * Format: int64
             * @description Reads, bytes, or milliseconds of loads, of the live processes
             * @example 4800
             */
            figure: number;
            /**
             * Format: int64
             * @description By how much the truth may differ, either way
             * @example 280
             */
            error: number;
            /**
             * @description Whether it holds a value now
             * @example true
             */
            alive: boolean;
            /**
             * Format: int64
             * @description Seconds; null without expiry or value
             * @example 287
             */
            ttl: number | null;
            /**
             * Format: int64
             * @example 312
             */
            bytes: number | null;
        };
        CacheHotKeysDto: {
            /** @enum {string} */
            by: "reads" | "bytes" | "load_ms";
            items: components["schemas"]["HotKeyDto"][];
        };
        ProcessCopiesDto: {
            /**
             * Format: int64
             * @example 900
             */
            hits: number;
            /**
             * Format: int64
             * @example 40
             */
            entries: number;
            /**
             * Format: int64
             * @example 65536
             */
            bytes: number;
            /**
             * Format: int64
             * @example 1
             */
            flushes: number;
            /**
             * Format: int64
             * @example 0
             */
            gaps: number;
        };
        CacheProcessDto: {
            /** @example 5f0c5a0e6f3c */
            id: string;
            /**
             * @description The process that answers
             * @example true
             */
            self: boolean;
            /** @example api-1 */
            host: string;
            /**
             * Format: int32
             * @example 4711
             */
            pid: number;
            /**
             * @description Of the cache library
             * @example 1.0.0
             */
            version: string;
            /**
             * Format: int64
             * @example 3600
             */
            uptime_seconds: number;
            /**
             * @description The same where the options are
             * @example 1f0a77c2
             */
            options: string;
            /**
             * Format: int64
             * @example 120000000
             */
            rss_bytes: number;
            /**
             * Format: int64
             * @description The longest that its event loop held up a report in a minute
             * @example 4
             */
            loop_late_ms: number;
            /** @enum {string} */
            circuit: "closed" | "open" | "half-open";
            /**
             * Format: int64
             * @example 0
             */
            pending_removals: number;
            /**
             * Format: int64
             * @example 0
             */
            loading: number;
            /** @example true */
            fresh: boolean | null;
            /**
             * Format: int64
             * @example 160
             */
            proof_age_ms: number | null;
            /**
             * @description As in the statistics
             * @example leading
             */
            relay: string | null;
            /**
             * Format: int64
             * @example 6
             */
            event_lag_ms: number | null;
            /**
             * Format: int64
             * @example 120
             */
            relay_events: number | null;
            /**
             * Format: int64
             * @description Reports that the store did not take
             * @example 0
             */
            dropped_reports: number;
            /**
             * Format: int64
             * @description Journal entries beyond 50 a second
             * @example 0
             */
            omitted_entries: number;
            copies: components["schemas"]["ProcessCopiesDto"] | null;
            /** @description Of its most read namespaces, since it started */
            figures: components["schemas"]["FiguresDto"];
        };
        CacheFleetDto: {
            /**
             * @description `unavailable`: only the answering process is known
             * @enum {string}
             */
            store: "redis" | "memory" | "unavailable";
            items: components["schemas"]["CacheProcessDto"][];
        };
        JournalEntryDto: {
            /** @example 1767268800000-0 */
            id: string;
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            at: string;
            /** @example 5f0c5a0e6f3c */
            process: string;
            /** @enum {string} */
            kind: "removal" | "refused_fill" | "unreadable" | "oversized" | "load_failure" | "takeover" | "store" | "proof" | "relay" | "flush" | "doctor" | "warming";
            /** @enum {string|null} */
            cause: "event" | "admin" | "code" | "relay" | "clear" | null;
            /**
             * @description A key or pattern, or what else the entry is about
             * @example stats:user:2:*
             */
            subject: string | null;
            /**
             * Format: int64
             * @description Keys removed, or loaded by a run of warming
             * @example 3
             */
            count: number | null;
            /**
             * Format: double
             * @description Milliseconds until the store had confirmed the removal
             * @example 1.4
             */
            confirmed_ms: number | null;
            /** @example null */
            what: string | null;
            /** @example tarea.updated */
            event: string | null;
            /**
             * @description Id of the usuario
             * @example 7
             */
            by: string | null;
            /** @example b2c1f0de */
            request: string | null;
        };
        CacheJournalDto: {
            /** @description The newest first */
            items: components["schemas"]["JournalEntryDto"][];
            /**
             * @description For `cursor`; `null` on the last page
             * @example null
             */
            next_cursor: string | null;
        };
        TreeItemDto: {
            /**
             * @description Up to the next colon; may be empty
             * @example user
             */
            name: string;
            /**
             * @description The prefix to go on with
             * @example stats:user:
             */
            prefix: string;
            /**
             * Format: int64
             * @description Keys that are this name or go on after it
             * @example 25
             */
            keys: number;
            /**
             * @description Whether a key ends here
             * @example false
             */
            is_key: boolean;
            /**
             * @description Whether keys without a value may be counted: being loaded, or expired lately
             * @example true
             */
            estimate: boolean;
        };
        CacheTreeDto: {
            /** @example stats: */
            prefix: string;
            /** @description In byte order */
            items: components["schemas"]["TreeItemDto"][];
            /**
             * @description For `cursor`; `null` on the last page
             * @example null
             */
            next_cursor: string | null;
            /**
             * @description Whether keys are missing because a part of the store is unavailable
             * @example false
             */
            partial: boolean;
        };
        ExplainedEventDto: {
            /**
             * Format: int64
             * @example 4711
             */
            id: number;
            /** @example tarea.updated */
            name: string;
            /**
             * @description The transaction that appended it
             * @example tx:8123
             */
            position: string;
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            at: string;
            /**
             * Format: int32
             * @description null where it is not known
             * @example 3
             */
            usuario_id: number | null;
            /** @example supervisor@gad.local */
            usuario_email: string | null;
            /** @example b2c1f0de */
            request_id: string | null;
            /** @example stats:user:2:* */
            pattern: string | null;
        };
        AbsenceDto: {
            /** @enum {string} */
            cause: "never_stored" | "expired" | "invalidated" | "evicted" | "cleared" | "refused_fill" | "unreadable" | "unknown";
            /**
             * @description `proved`: it is on record, and nothing was stored since
             * @enum {string}
             */
            certainty: "proved" | "likely" | "unknown";
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            at: string | null;
            event: components["schemas"]["ExplainedEventDto"] | null;
            /**
             * @description Id of the usuario
             * @example 3
             */
            by: string | null;
            /** @example b2c1f0de */
            request_id: string | null;
            /** @example stats:user:2:* */
            pattern: string | null;
        };
        ExplainedEntryDto: {
            /**
             * Format: int64
             * @description Fresh for so long yet; null without expiry
             * @example 287000
             */
            ttl_ms: number | null;
            /**
             * Format: int64
             * @description Kept for so long after that
             * @example 0
             */
            stale_ms: number;
            /**
             * Format: int64
             * @description null for what is no text
             * @example 312
             */
            bytes: number | null;
            /** @example json */
            codec: string;
            /**
             * Format: date-time
             * @description null where it is not known
             * @example 2026-01-01T12:00:00.000Z
             */
            stored_at: string | null;
        };
        ExplainedLeaseDto: {
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            since: string;
            /**
             * Format: int64
             * @description Others wait for so long yet
             * @example 2800
             */
            ttl_ms: number;
        };
        ServedHereDto: {
            /**
             * @description Whether this process would answer from the cache now
             * @example true
             */
            served: boolean;
            /**
             * @description Why not
             * @enum {string|null}
             */
            reason: "absent" | "leased" | "stale" | "unreadable" | "foreign" | "no_proof" | "pending_removal" | "circuit_open" | "store_unavailable" | null;
            /**
             * @description Whether it has a copy in its memory
             * @example false
             */
            local_copy: boolean;
        };
        KeyViewDto: {
            /**
             * @example Statistics of a usuario
             * @enum {string}
             */
            name: "Statistics of a usuario" | "Who is calling: role, end of the sesion";
            /** @example stats:user:*:days:* */
            pattern: string;
            /**
             * @description What invalidates it
             * @example [
             *       "tarea.updated"
             *     ]
             */
            events: string[];
        };
        ExplainedKeyDto: {
            /** @example stats:user:2:days:30 */
            key: string;
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            at: string;
            /** @enum {string} */
            store: "redis" | "memory" | "unavailable";
            /**
             * @description null while the store does not answer
             * @enum {string|null}
             */
            state: "present" | "absent" | "leased" | "stale" | "unreadable" | "foreign" | null;
            /** @description Why there is no value */
            why: components["schemas"]["AbsenceDto"] | null;
            entry: components["schemas"]["ExplainedEntryDto"] | null;
            lease: components["schemas"]["ExplainedLeaseDto"] | null;
            here: components["schemas"]["ServedHereDto"];
            view: components["schemas"]["KeyViewDto"] | null;
            /** @description The last 20 that concern the key */
            journal: components["schemas"]["JournalEntryDto"][];
        };
        ProbedProcessDto: {
            /** @example 5f0c5a0e6f3c */
            id: string;
            /** @example api-1 */
            host: string;
            /**
             * Format: int32
             * @example 4711
             */
            pid: number;
            /**
             * Format: int64
             * @description At most: others say so once a second. null: not within 2.5 seconds
             * @example 640
             */
            proved_after_ms: number | null;
        };
        FreshnessProbeDto: {
            /**
             * @description false: neither the database nor the store is shared, and there is nothing to prove
             * @example true
             */
            applicable: boolean;
            /**
             * @description The end of the log of events that was waited for
             * @example f2c1.00000001.1767268800000000.16402 8123:8123:
             */
            position: string | null;
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            at: string;
            /**
             * Format: int64
             * @description Until the store was proved to have it; null: not within 2 seconds
             * @example 120
             */
            covered_after_ms: number | null;
            processes: components["schemas"]["ProbedProcessDto"][];
        };
        WarmerProgressDto: {
            /** @example statistics */
            name: string;
            /**
             * Format: int64
             * @description Loaded
             * @example 120
             */
            done: number;
            /**
             * Format: int64
             * @description Left, because they were there
             * @example 30
             */
            skipped: number;
            /**
             * Format: int64
             * @example 0
             */
            failed: number;
            /**
             * Format: int64
             * @description All; null while they are not known
             * @example 1000
             */
            total: number | null;
        };
        WarmingRunDto: {
            /** @example 5f0c5a0e6f3c */
            id: string;
            /**
             * @example start
             * @enum {string}
             */
            reason: "start" | "clear" | "relay_clear" | "demand";
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            started_at: string;
            /**
             * @description Id of the process that does it
             * @example 9a3b5a0e6f3c
             */
            leader: string;
            warmers: components["schemas"]["WarmerProgressDto"][];
            /**
             * Format: double
             * @description Loads a second at present
             * @example 50
             */
            rate: number;
            /**
             * Format: int32
             * @example 1000
             */
            limit: number;
            /**
             * Format: date-time
             * @description When it ends, whatever is left
             * @example 2026-01-01T12:00:00.000Z
             */
            deadline: string;
        };
        WarmingResultDto: {
            /** @example 5f0c5a0e6f3c */
            id: string;
            /**
             * @example start
             * @enum {string}
             */
            reason: "start" | "clear" | "relay_clear" | "demand";
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            started_at: string;
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            ended_at: string;
            /**
             * @example done
             * @enum {string}
             */
            outcome: "done" | "aborted" | "deadline" | "failed";
            warmers: components["schemas"]["WarmerProgressDto"][];
        };
        WarmerDto: {
            /** @example statistics */
            name: string;
        };
        CacheWarmingDto: {
            /** @description null while nothing runs */
            running: components["schemas"]["WarmingRunDto"] | null;
            /** @description The last ten, the newest first */
            last: components["schemas"]["WarmingResultDto"][];
            warmers: components["schemas"]["WarmerDto"][];
        };
        StartWarmingDto: {
            /**
             * @description Names of the warmers. Default: all
             * @example [
             *       "statistics"
             *     ]
             */
            warmers?: string[];
            /**
             * Format: int32
             * @description Most entries that are looked at. Default: 1000
             * @example 1000
             */
            limit?: number;
            /**
             * Format: int32
             * @description Most loads a second. Default: 50
             * @example 50
             */
            rate?: number;
        };
        DoctorSummaryDto: {
            /**
             * Format: int64
             * @description The cache does not do its work
             * @example 0
             */
            fail: number;
            /**
             * Format: int64
             * @description It does it badly, or soon not
             * @example 1
             */
            warn: number;
            /**
             * Format: int64
             * @description Worth knowing
             * @example 2
             */
            info: number;
            /**
             * Format: int64
             * @example 30
             */
            pass: number;
            /**
             * Format: int64
             * @description The check can say nothing here
             * @example 4
             */
            n_a: number;
        };
        FindingDto: {
            /**
             * @description Stays the same over versions
             * @example memory-limit
             */
            id: string;
            /**
             * @example warn
             * @enum {string}
             */
            severity: "fail" | "warn" | "info" | "pass" | "n/a";
            /**
             * @description What should be
             * @example The memory of the server has a limit
             */
            title: string;
            /** @example maxmemory is 0, which means none; 2.5 MB are used. */
            seen: string;
            /** @example The server grows until the machine has no memory left and kills it. */
            why: string;
            /**
             * @description A command line or a setting, to be copied as it is; null where none mends it
             * @example redis-cli -h localhost -p 6381 CONFIG SET maxmemory 256mb
             */
            fix: string | null;
            /**
             * Format: int32
             * @description The chapter of the guide’s troubleshooting for its symptom
             * @example 3
             */
            problema: number | null;
            /**
             * @description Page about it
             * @example docs/doctor.md#memory-limit
             */
            docs: string;
            /**
             * @description By names that carry their units
             * @example {
             *       "used_mb": 2.5,
             *       "wanted_mb": 256
             *     }
             */
            figures: {
                [key: string]: number;
            };
        };
        DoctorDto: {
            /**
             * Format: date-time
             * @example 2026-01-01T12:00:00.000Z
             */
            at: string;
            /**
             * @example en
             * @enum {string}
             */
            lang: "en" | "es";
            summary: components["schemas"]["DoctorSummaryDto"];
            findings: components["schemas"]["FindingDto"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description The id of the request in the logs: the caller’s if it sent a sane one */
        "X-Request-Id": string;
        /** @description Seconds after which another try makes sense */
        "Retry-After": number;
        /** @description The scheme to use */
        "WWW-Authenticate": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    logIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginDto"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokensDto"];
                };
            };
        };
    };
    refreshTokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshDto"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokensDto"];
                };
            };
        };
    };
    logOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogoutDto"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeDto"];
                };
            };
        };
    };
    listCacheAudit: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before */
                after?: string;
                usuario_id?: number;
                action?: "invalidate" | "invalidate-pattern" | "clear" | "inspect" | "invalidate-user" | "start-warming" | "stop-warming";
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheAuditPageDto"];
                };
            };
        };
    };
    getCacheStats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheStatsDto"];
                };
            };
        };
    };
    invalidateCacheKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvalidatedKeyDto"];
                };
            };
        };
    };
    invalidateCachePattern: {
        parameters: {
            query?: {
                /** @description Only count what would be removed */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                pattern: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvalidatedPatternDto"];
                };
            };
        };
    };
    clearCache: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ClearCacheDto"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClearedCacheDto"];
                };
            };
        };
    };
    listCacheKeys: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before */
                cursor?: string;
                pattern?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheKeyPageDto"];
                };
            };
        };
    };
    getCacheKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheKeyDetailDto"];
                };
            };
        };
    };
    getCacheOverview: {
        parameters: {
            query?: {
                /** @description Adds the figures from then on, of at most eight days */
                since?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheOverviewDto"];
                };
            };
        };
    };
    getCacheHistory: {
        parameters: {
            query?: {
                step?: "10s" | "5m";
                /** @description Default: an hour before `to`, or a day with `step=5m` */
                from?: string;
                /** @description Default: now */
                to?: string;
                /** @description Default: all */
                namespace?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheHistoryDto"];
                };
            };
        };
    };
    listCacheNamespaces: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheNamespacesDto"];
                };
            };
        };
    };
    listHotCacheKeys: {
        parameters: {
            query?: {
                by?: "reads" | "bytes" | "load_ms";
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheHotKeysDto"];
                };
            };
        };
    };
    listCacheProcesses: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheFleetDto"];
                };
            };
        };
    };
    listCacheJournal: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before */
                after?: string;
                kind?: "removal" | "refused_fill" | "unreadable" | "oversized" | "load_failure" | "takeover" | "store" | "proof" | "relay" | "flush" | "doctor" | "warming";
                cause?: "event" | "admin" | "code" | "relay" | "clear";
                /** @description Of the subject */
                pattern?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheJournalDto"];
                };
            };
        };
    };
    listCacheTree: {
        parameters: {
            query?: {
                /** @description What the keys begin with */
                prefix?: string;
                /** @description The `next_cursor` of the page before */
                after?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheTreeDto"];
                };
            };
        };
    };
    explainCacheKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExplainedKeyDto"];
                };
            };
        };
    };
    probeCacheFreshness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FreshnessProbeDto"];
                };
            };
        };
    };
    getCacheWarming: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheWarmingDto"];
                };
            };
        };
    };
    startCacheWarming: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StartWarmingDto"];
            };
        };
        responses: {
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheWarmingDto"];
                };
            };
        };
    };
    stopCacheWarming: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getCacheDoctor: {
        parameters: {
            query?: {
                /** @description Default: as in Accept-Language */
                lang?: "en" | "es";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DoctorDto"];
                };
            };
        };
    };
}
