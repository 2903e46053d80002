import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { UsuariosModule } from '../usuarios/usuarios.module.js';
import { TareasController } from './tareas.controller.js';
import { TareasListRepository } from './tareas-list.repository.js';
import { TareasRepository } from './tareas.repository.js';
import { TareasService } from './tareas.service.js';

@Module({
  imports: [IdempotencyModule, UsuariosModule],
  controllers: [TareasController],
  providers: [TareasService, TareasRepository, TareasListRepository],
})
export class TareasModule {}
