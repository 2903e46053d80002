import { ApiProperty, ApiPropertyOptional, PartialType, OmitType } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, Matches, Max, Min, ValidateIf } from 'class-validator';
import { ESTADOS, TIPOS, type Estado, type Tipo } from '../database/schema.js';
import { PageQueryDto } from '../paging/page-query.dto.js';
import { IntegerText } from '../validation/query-text.decorators.js';
import { Instant } from '../validation/instant.decorator.js';
import { SearchText, Text } from '../validation/text.decorator.js';
import { SORTS, type Sort } from './tarea-sort.js';

const MAX_INT = 2_147_483_647;
const isPresent = (_object: unknown, value: unknown): boolean => value !== undefined;
const isGiven = (_object: unknown, value: unknown): boolean =>
  value !== undefined && value !== null;

export class CreateTareaDto {
  @ApiPropertyOptional({
    example: 'PAT-2026-0042',
    description: 'Made by the server when left out',
  })
  @ValidateIf(isPresent)
  @Matches(/^[A-Za-z0-9._-]{1,50}$/, { message: 'must be 1 to 50 of A-Z a-z 0-9 - _ .' })
  codigo?: string;

  @ApiProperty({ example: 'Patrullaje nocturno, sector norte' })
  @Text(1, 200)
  titulo!: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'Recorrido a pie por el casco antiguo',
  })
  @ValidateIf(isGiven)
  @Text(0, 5000)
  descripcion?: string | null;

  @ApiProperty({ enum: TIPOS, example: 'patrullaje' })
  @IsIn(TIPOS, { message: `must be one of ${TIPOS.join(', ')}` })
  tipo!: Tipo;

  @ApiProperty({ type: Number, minimum: 1, maximum: 5, example: 3 })
  @IsInt({ message: 'must be a whole number from 1 to 5' })
  @Min(1, { message: 'must be a whole number from 1 to 5' })
  @Max(5, { message: 'must be a whole number from 1 to 5' })
  prioridad!: number;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-12-01T20:00:00Z' })
  @Instant()
  inicio_programado!: Date;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-12-02T04:00:00Z',
  })
  @ValidateIf(isGiven)
  @Instant()
  fin_programado?: Date | null;

  @ApiProperty({ type: Number, example: 2, description: 'The usuario who does it' })
  @IsInt({ message: 'must be the id of a usuario' })
  @Min(1, { message: 'must be the id of a usuario' })
  @Max(MAX_INT, { message: 'must be the id of a usuario' })
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
    type: Number,
    example: 1,
    description: 'The version that the change is based on; a stale one is 409',
  })
  @ValidateIf(isPresent)
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'must be 1 or more' })
  @Max(MAX_INT, { message: 'must be a version of this tarea' })
  version?: number;
}

export class ListTareasDto extends PageQueryDto {
  @ApiPropertyOptional({ enum: ESTADOS })
  @IsOptional()
  @IsIn(ESTADOS, { message: `must be one of ${ESTADOS.join(', ')}` })
  estado?: Estado;

  @ApiPropertyOptional({ type: Number, example: 2 })
  @IsOptional()
  @IntegerText(1, MAX_INT)
  delegado_usuario_id?: number;

  @ApiPropertyOptional({ type: Number, example: 3 })
  @IsOptional()
  @IntegerText(1, MAX_INT)
  creado_por_usuario_id?: number;

  @ApiPropertyOptional({ enum: TIPOS })
  @IsOptional()
  @IsIn(TIPOS, { message: `must be one of ${TIPOS.join(', ')}` })
  tipo?: Tipo;

  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: 5, example: 3 })
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
    type: String,
    format: 'date-time',
    description: 'inicio_programado at or after',
    example: '2026-01-01T00:00:00Z',
  })
  @IsOptional()
  @Instant()
  desde?: Date;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'inicio_programado before',
    example: '2027-01-01T00:00:00Z',
  })
  @IsOptional()
  @Instant()
  hasta?: Date;
}

export class DelegadoDto {
  @ApiProperty({ example: 2 }) id!: number;
  @ApiProperty({ example: 'Ulises' }) nombre!: string;
  @ApiProperty({ example: 'Suárez' }) apellido!: string;
}

export class TareaDto {
  @ApiProperty({ example: 12 }) id!: number;
  @ApiProperty({ example: '5f0c5a0e-6f3c-4f7b-9a54-0c9a3a7c1d11' }) uuid!: string;
  @ApiProperty({ example: 'PAT-2026-0042' }) codigo!: string;
  @ApiProperty({ example: 'Patrullaje nocturno, sector norte' }) titulo!: string;
  @ApiProperty({ type: String, nullable: true, example: null }) descripcion!: string | null;
  @ApiProperty({ enum: TIPOS, example: 'patrullaje' }) tipo!: Tipo;
  @ApiProperty({ example: 3, minimum: 1, maximum: 5 }) prioridad!: number;
  @ApiProperty({ enum: ESTADOS, example: 'programada' }) estado!: Estado;
  @ApiProperty({ example: '2026-12-01T20:00:00.000Z' }) inicio_programado!: string;
  @ApiProperty({ type: String, nullable: true, example: '2026-12-02T04:00:00.000Z' })
  fin_programado!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'Set when it first goes en_curso',
  })
  inicio_real!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'Set when it becomes finalizada',
  })
  fin_real!: string | null;
  @ApiProperty({ example: 2 }) delegado_usuario_id!: number;
  @ApiProperty({ type: DelegadoDto }) delegado!: DelegadoDto;
  @ApiProperty({ example: 3 }) creado_por_usuario_id!: number;
  @ApiProperty({ example: 1 }) version!: number;
  @ApiProperty({ example: '2026-11-30T09:00:00.000Z' }) created_at!: string;
  @ApiProperty({ example: '2026-11-30T09:00:00.000Z' }) updated_at!: string;
}

export class TareaPageDto {
  @ApiProperty({ type: [TareaDto] }) items!: TareaDto[];
  @ApiProperty({ type: String, nullable: true, example: 'B8YCsIrCdGFyZWFzCjEy' }) next_cursor!:
    string | null;
}
