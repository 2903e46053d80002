import { ApiProperty } from '@nestjs/swagger';
import { ApiCount, ApiInstant, ApiInteger } from '../openapi/api-fields.js';

export class ProbedProcessDto {
  @ApiProperty({ example: '5f0c5a0e6f3c' }) id!: string;
  @ApiProperty({ example: 'api-1' }) host!: string;
  @ApiInteger(4711) pid!: number;
  @ApiCount(640, {
    nullable: true,
    description: 'At most: others say so once a second. null: not within 2.5 seconds',
  })
  proved_after_ms!: number | null;
}

export class FreshnessProbeDto {
  @ApiProperty({
    example: true,
    description:
      'false: neither the database nor the store is shared, and there is nothing to prove',
  })
  applicable!: boolean;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'f2c1.00000001.1767268800000000.16402 8123:8123:',
    description: 'The end of the log of events that was waited for',
  })
  position!: string | null;
  @ApiInstant() at!: string;
  @ApiCount(120, {
    nullable: true,
    description: 'Until the store was proved to have it; null: not within 2 seconds',
  })
  covered_after_ms!: number | null;
  @ApiProperty({ type: [ProbedProcessDto] }) processes!: ProbedProcessDto[];
}
