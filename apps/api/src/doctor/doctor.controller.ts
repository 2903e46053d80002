import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Roles } from '../auth/roles.decorator.js';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { languageOf } from '../problems/language.js';
import { DoctorDto, DoctorQueryDto } from './doctor.dto.js';
import { DoctorService } from './doctor.service.js';

/** What is wrong with the cache. Polled, so it is not audited. */
@ApiTags('cache')
@ApiBearerAuth()
@ApiProblems('UNAUTHENTICATED', 'FORBIDDEN', 'VALIDATION_FAILED')
@Roles('admin')
@Controller('cache')
export class DoctorController {
  constructor(private readonly doctor: DoctorService) {}

  @Get('doctor')
  @ApiOperation({
    operationId: 'getCacheDoctor',
    summary: 'What is wrong with the cache, why it matters, and what mends it',
    description: 'Also when the store does not answer: that is a finding. Kept for five seconds.',
  })
  @ApiOkResponse({ type: DoctorDto })
  findings(
    @Query() { lang }: DoctorQueryDto,
    @Req() { headers }: FastifyRequest,
  ): Promise<DoctorDto> {
    return this.doctor.findings(lang ?? languageOf(headers['accept-language']));
  }
}
