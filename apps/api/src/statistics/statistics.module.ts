import { Module } from '@nestjs/common';
import { StatisticsController } from './statistics.controller.js';
import { StatisticsWarmer } from './statistics.warmer.js';
import { StatisticsRepository } from './statistics.repository.js';

@Module({
  controllers: [StatisticsController],
  providers: [StatisticsRepository, StatisticsWarmer],
})
export class StatisticsModule {}
