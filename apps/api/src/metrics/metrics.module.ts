import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { DoctorModule } from '../doctor/doctor.module.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsService } from './metrics.service.js';

@Module({
  imports: [AuthModule, DoctorModule],
  controllers: [MetricsController],
  providers: [MetricsService],
  exports: [MetricsService],
})
export class MetricsModule {}
