import { Module } from '@nestjs/common';
import { UsuariosModule } from '../usuarios/usuarios.module.js';
import { TareasController } from './tareas.controller.js';
import { TareasRepository } from './tareas.repository.js';
import { TareasService } from './tareas.service.js';

@Module({
  imports: [UsuariosModule],
  controllers: [TareasController],
  providers: [TareasService, TareasRepository],
})
export class TareasModule {}
