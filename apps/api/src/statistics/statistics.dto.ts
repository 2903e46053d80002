import { ApiProperty } from '@nestjs/swagger';
import { ApiDecimal, ApiInstant, ApiInteger, ApiUsuarioId } from '../openapi/api-fields.js';

export class CacheInfoDto {
  @ApiProperty({ example: true, description: 'Whether this body came from the cache' })
  hit!: boolean;
  @ApiInteger(287, { description: 'Seconds that it may still be served' }) ttl!: number;
  @ApiProperty({ example: 'gad:stats:user:2:days:30' }) key!: string;
}

export class StatisticsDto {
  @ApiUsuarioId() user_id!: number;
  @ApiInteger(30, { minimum: 1, maximum: 365 }) period_days!: number;
  @ApiInteger(45) total_tareas!: number;
  @ApiInteger(30) completadas!: number;
  @ApiInteger(10) en_progreso!: number;
  @ApiInteger(2) programadas!: number;
  @ApiInteger(1) pausadas!: number;
  @ApiInteger(2) canceladas!: number;
  @ApiDecimal(4.5) promedio_duracion_horas!: number;
  @ApiDecimal(1.5, { description: 'total_tareas / days' }) productividad_diaria!: number;
  @ApiDecimal(1, { description: 'completadas / days' }) completadas_diarias!: number;
  @ApiInstant() calculated_at!: string;
  @ApiProperty({ type: CacheInfoDto }) _cache!: CacheInfoDto;
}

export class InvalidatedStatisticsDto {
  @ApiUsuarioId() user_id!: number;
  @ApiInteger(3) deleted_keys!: number;
  @ApiProperty({ example: 'stats:user:2:*' }) pattern!: string;
}
