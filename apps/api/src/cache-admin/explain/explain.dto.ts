import { ApiProperty } from '@nestjs/swagger';
import { ApiCount, ApiInstant, ApiInteger } from '../../openapi/api-fields.js';
import { VIEW_NAMES } from '../../cache-invalidation/stale-keys.service.js';
import { JournalEntryDto } from '../cache-journal.dto.js';

const TEXT = { type: String, nullable: true } as const;
const STATES = ['present', 'absent', 'leased', 'stale', 'unreadable', 'foreign'];
const REASONS = [
  ...['absent', 'leased', 'stale', 'unreadable', 'foreign', 'no_proof', 'pending_removal'],
  ...['circuit_open', 'store_unavailable'],
];

export class ExplainedEventDto {
  @ApiCount(4711) id!: number;
  @ApiProperty({ example: 'tarea.updated' }) name!: string;
  @ApiProperty({ example: 'tx:8123', description: 'The transaction that appended it' })
  position!: string;
  @ApiInstant() at!: string;
  @ApiInteger(3, { nullable: true, description: 'null where it is not known' })
  usuario_id!: number | null;
  @ApiProperty({ ...TEXT, example: 'supervisor@gad.local' }) usuario_email!: string | null;
  @ApiProperty({ ...TEXT, example: 'b2c1f0de' }) request_id!: string | null;
  @ApiProperty({ ...TEXT, example: 'stats:user:2:*' }) pattern!: string | null;
}

export class AbsenceDto {
  @ApiProperty({
    enum: [
      ...['never_stored', 'expired', 'invalidated', 'evicted', 'cleared', 'refused_fill'],
      ...['unreadable', 'unknown'],
    ],
  })
  cause!: string;
  @ApiProperty({
    enum: ['proved', 'likely', 'unknown'],
    description: '`proved`: it is on record, and nothing was stored since',
  })
  certainty!: string;
  @ApiInstant(undefined, { nullable: true }) at!: string | null;
  @ApiProperty({ type: ExplainedEventDto, nullable: true }) event!: ExplainedEventDto | null;
  @ApiProperty({ ...TEXT, example: '3', description: 'Id of the usuario' }) by!: string | null;
  @ApiProperty({ ...TEXT, example: 'b2c1f0de' }) request_id!: string | null;
  @ApiProperty({ ...TEXT, example: 'stats:user:2:*' }) pattern!: string | null;
}

export class ExplainedEntryDto {
  @ApiCount(287000, { nullable: true, description: 'Fresh for so long yet; null without expiry' })
  ttl_ms!: number | null;
  @ApiCount(0, { description: 'Kept for so long after that' }) stale_ms!: number;
  @ApiCount(312, { nullable: true, description: 'null for what is no text' }) bytes!: number | null;
  @ApiProperty({ example: 'json' }) codec!: string;
  @ApiInstant(undefined, { nullable: true, description: 'null where it is not known' })
  stored_at!: string | null;
}

export class ExplainedLeaseDto {
  @ApiInstant() since!: string;
  @ApiCount(2800, { description: 'Others wait for so long yet' }) ttl_ms!: number;
}

export class ServedHereDto {
  @ApiProperty({
    example: true,
    description: 'Whether this process would answer from the cache now',
  })
  served!: boolean;
  @ApiProperty({ enum: REASONS, nullable: true, description: 'Why not' })
  reason!: string | null;
  @ApiProperty({ example: false, description: 'Whether it has a copy in its memory' })
  local_copy!: boolean;
}

export class KeyViewDto {
  /** One of them, so that a client can have a text for each. */
  @ApiProperty({ enum: [...VIEW_NAMES], example: 'Statistics of a usuario' })
  name!: string;
  @ApiProperty({ example: 'stats:user:*:days:*' }) pattern!: string;
  @ApiProperty({ type: [String], example: ['tarea.updated'], description: 'What invalidates it' })
  events!: string[];
}

export class ExplainedKeyDto {
  @ApiProperty({ example: 'stats:user:2:days:30' }) key!: string;
  @ApiInstant() at!: string;
  @ApiProperty({ enum: ['redis', 'memory', 'unavailable'] }) store!: string;
  @ApiProperty({
    enum: STATES,
    nullable: true,
    description: 'null while the store does not answer',
  })
  state!: string | null;
  @ApiProperty({ type: AbsenceDto, nullable: true, description: 'Why there is no value' })
  why!: AbsenceDto | null;
  @ApiProperty({ type: ExplainedEntryDto, nullable: true }) entry!: ExplainedEntryDto | null;
  @ApiProperty({ type: ExplainedLeaseDto, nullable: true }) lease!: ExplainedLeaseDto | null;
  @ApiProperty({ type: ServedHereDto }) here!: ServedHereDto;
  @ApiProperty({ type: KeyViewDto, nullable: true }) view!: KeyViewDto | null;
  @ApiProperty({ type: [JournalEntryDto], description: 'The last 20 that concern the key' })
  journal!: JournalEntryDto[];
}
