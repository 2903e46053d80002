import { ApiProperty, ApiPropertyOptional, PartialType, OmitType } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches, ValidateIf } from 'class-validator';
import { ESTADOS, TIPOS, type Estado, type Tipo } from '../database/schema.js';
import {
  ApiInstant,
  ApiInteger,
  ApiNextCursor,
  ApiTareaId,
  ApiUsuarioId,
  ApiUuid,
} from '../openapi/api-fields.js';
import { PageQueryDto } from '../paging/page-query.dto.js';
import { IntegerText } from '../validation/query-text.decorators.js';
import { Instant } from '../validation/instant.decorator.js';
import { WholeNumber } from '../validation/whole-number.decorator.js';
import { Line, SearchText, Text } from '../validation/text.decorator.js';
import { SORTS, type Sort } from './tarea-sort.js';

const MAX_INT = 2_147_483_647;
const CODIGO = /^[A-Za-z0-9._-]{1,50}$/;
const isPresent = (_object: unknown, value: unknown): boolean => value !== undefined;
const isGiven = (_object: unknown, value: unknown): boolean =>
  value !== undefined && value !== null;

export class CreateTareaDto {
  @ApiPropertyOptional({
    example: 'PAT-2026-0042',
    minLength: 1,
    maxLength: 50,
    pattern: CODIGO.source,
    description: 'Made by the server when left out',
  })
  @ValidateIf(isPresent)
  @Matches(CODIGO, { message: 'must be 1 to 50 of A-Z a-z 0-9 - _ .' })
  codigo?: string;

  @ApiProperty({ example: 'Patrullaje nocturno, sector norte' })
  @Line(1, 200)
  titulo!: string;

  @ApiPropertyOptional({
    nullable: true,
    example: 'Recorrido a pie por el casco antiguo',
  })
  @ValidateIf(isGiven)
  @Text(0, 5000)
  descripcion?: string | null;

  @ApiProperty({ enum: TIPOS, example: 'patrullaje' })
  @IsIn(TIPOS, { message: `must be one of ${TIPOS.join(', ')}` })
  tipo!: Tipo;

  @ApiProperty({ example: 3 })
  @WholeNumber(1, 5, 'must be a whole number from 1 to 5')
  prioridad!: number;

  @ApiProperty({ example: '2026-12-01T20:00:00Z' })
  @Instant()
  inicio_programado!: Date;

  @ApiPropertyOptional({
    nullable: true,
    example: '2026-12-02T04:00:00Z',
  })
  @ValidateIf(isGiven)
  @Instant()
  fin_programado?: Date | null;

  @ApiProperty({ example: 2, description: 'The usuario who does it' })
  @WholeNumber(1, MAX_INT, 'must be the id of a usuario')
  delegado_usuario_id!: number;
}

/** Only what is sent changes. `null` empties `descripcion` and `fin_programado`; the rest refuses it. */
export class UpdateTareaDto extends PartialType(OmitType(CreateTareaDto, ['codigo'] as const), {
  skipNullProperties: false,
}) {
  @ApiPropertyOptional({ enum: ESTADOS, example: 'en_curso' })
  @ValidateIf(isPresent)
  @IsIn(ESTADOS, { message: `must be one of ${ESTADOS.join(', ')}` })
  estado?: Estado;

  @ApiPropertyOptional({
    example: 1,
    description: 'The version that the change is based on; a stale one is 409',
  })
  @ValidateIf(isPresent)
  @WholeNumber(1, MAX_INT, 'must be a version of this tarea')
  version?: number;
}

export class ListTareasDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: ESTADOS })
  @IsOptional()
  @IsIn(ESTADOS, { message: `must be one of ${ESTADOS.join(', ')}` })
  estado?: Estado;

  @ApiPropertyOptional({ example: 2 })
  @IsOptional()
  @IntegerText(1, MAX_INT)
  delegado_usuario_id?: number;

  @ApiPropertyOptional({ example: 3 })
  @IsOptional()
  @IntegerText(1, MAX_INT)
  creado_por_usuario_id?: number;

  @ApiPropertyOptional({ enum: TIPOS })
  @IsOptional()
  @IsIn(TIPOS, { message: `must be one of ${TIPOS.join(', ')}` })
  tipo?: Tipo;

  @ApiPropertyOptional({ example: 3 })
  @IsOptional()
  @IntegerText(1, 5)
  prioridad?: number;

  @ApiPropertyOptional({ example: 'norte', description: 'Part of the codigo or the titulo' })
  @IsOptional()
  @SearchText()
  q?: string;

  @ApiPropertyOptional({
    enum: SORTS,
    default: '-created_at',
    description:
      'Descending with `-`. The id decides between equals; a cursor is good for one sort',
  })
  @IsIn(SORTS, { message: `must be one of ${SORTS.join(', ')}` })
  sort: Sort = '-created_at';

  @ApiPropertyOptional({
    description: 'inicio_programado at or after',
    example: '2026-01-01T00:00:00Z',
  })
  @IsOptional()
  @Instant()
  desde?: Date;

  @ApiPropertyOptional({
    description: 'inicio_programado before',
    example: '2027-01-01T00:00:00Z',
  })
  @IsOptional()
  @Instant()
  hasta?: Date;
}

export class DelegadoDto {
  @ApiUsuarioId() id!: number;
  @ApiProperty({ example: 'Ulises' }) nombre!: string;
  @ApiProperty({ example: 'Suárez' }) apellido!: string;
}

export class TareaDto {
  @ApiTareaId() id!: number;
  @ApiUuid() uuid!: string;
  @ApiProperty({ example: 'PAT-2026-0042', maxLength: 50 }) codigo!: string;
  @ApiProperty({ example: 'Patrullaje nocturno, sector norte', maxLength: 200 }) titulo!: string;
  @ApiProperty({ type: String, nullable: true, maxLength: 5000, example: null }) descripcion!:
    string | null;
  @ApiProperty({ enum: TIPOS, example: 'patrullaje' }) tipo!: Tipo;
  @ApiInteger(3, { minimum: 1, maximum: 5 }) prioridad!: number;
  @ApiProperty({ enum: ESTADOS, example: 'programada' }) estado!: Estado;
  @ApiInstant('2026-12-01T20:00:00.000Z') inicio_programado!: string;
  @ApiInstant('2026-12-02T04:00:00.000Z', { nullable: true })
  fin_programado!: string | null;
  @ApiInstant(null, { nullable: true, description: 'Set when it first goes en_curso' })
  inicio_real!: string | null;
  @ApiInstant(null, { nullable: true, description: 'Set when it becomes finalizada' })
  fin_real!: string | null;
  @ApiUsuarioId() delegado_usuario_id!: number;
  @ApiProperty({ type: DelegadoDto }) delegado!: DelegadoDto;
  @ApiUsuarioId(3) creado_por_usuario_id!: number;
  @ApiInteger(1, { minimum: 1 }) version!: number;
  @ApiInstant('2026-11-30T09:00:00.000Z') created_at!: string;
  @ApiInstant('2026-11-30T09:00:00.000Z') updated_at!: string;
}

export class TareaPageDto {
  @ApiProperty({ type: [TareaDto] }) items!: TareaDto[];
  @ApiNextCursor() next_cursor!: string | null;
}
