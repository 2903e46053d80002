-- Answers to creations that carried an Idempotency-Key, written in the creation's own transaction.

create table idempotency_keys (
  usuario_id integer not null,
  operation text not null,
  key text not null,
  fingerprint text not null,
  -- Text and not binary: the same answer again, to the byte.
  answer json,
  expires_at timestamptz(3) not null,
  constraint idempotency_keys_pkey primary key (usuario_id, operation, key),
  constraint idempotency_keys_usuario_id_usuarios_id_fk
    foreign key (usuario_id) references usuarios (id)
);
--> statement-breakpoint
create index idempotency_keys_expires_at on idempotency_keys (expires_at);
