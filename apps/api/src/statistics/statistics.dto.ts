import { ApiProperty } from '@nestjs/swagger';

export class CacheInfoDto {
  @ApiProperty({ example: true, description: 'Whether this body came from the cache' })
  hit!: boolean;
  @ApiProperty({ example: 287, description: 'Seconds that it may still be served' }) ttl!: number;
  @ApiProperty({ example: 'gad:stats:user:2:days:30' }) key!: string;
}

export class StatisticsDto {
  @ApiProperty({ example: 2 }) user_id!: number;
  @ApiProperty({ example: 30 }) period_days!: number;
  @ApiProperty({ example: 45 }) total_tareas!: number;
  @ApiProperty({ example: 30 }) completadas!: number;
  @ApiProperty({ example: 10 }) en_progreso!: number;
  @ApiProperty({ example: 2 }) programadas!: number;
  @ApiProperty({ example: 1 }) pausadas!: number;
  @ApiProperty({ example: 2 }) canceladas!: number;
  @ApiProperty({ example: 4.5 }) promedio_duracion_horas!: number;
  @ApiProperty({ example: 1.5, description: 'total_tareas / days' }) productividad_diaria!: number;
  @ApiProperty({ example: 1, description: 'completadas / days' }) completadas_diarias!: number;
  @ApiProperty({ example: '2026-01-01T12:00:00.000Z' }) calculated_at!: string;
  @ApiProperty({ type: CacheInfoDto }) _cache!: CacheInfoDto;
}

export class InvalidatedStatisticsDto {
  @ApiProperty({ example: 2 }) user_id!: number;
  @ApiProperty({ example: 3 }) deleted_keys!: number;
  @ApiProperty({ example: 'stats:user:2:*' }) pattern!: string;
}
