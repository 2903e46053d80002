import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { CurrentUser } from '../auth/current-user.decorator.js';
import type { Principal } from '../auth/principal.js';
import { Roles } from '../auth/roles.decorator.js';
import { INT8, ListCursor, toPage } from '../paging/cursor.js';
import { ApiProblems } from '../problems/api-problems.decorator.js';
import { IdPipe } from '../validation/id.pipe.js';
import {
  CreateTareaDto,
  ListTareasDto,
  TareaDto,
  TareaPageDto,
  UpdateTareaDto,
} from './tarea.dto.js';
import { presentTarea } from './tarea.presenter.js';
import { TareasService } from './tareas.service.js';

const CURSOR = new ListCursor<[number]>('tareas', INT8);

const ApiTareaId = () => ApiParam({ name: 'id', type: Number, example: 1 });

@ApiTags('tareas')
@ApiBearerAuth()
@ApiProblems('UNAUTHENTICATED', 'FORBIDDEN', 'VALIDATION_FAILED', 'DATABASE_UNAVAILABLE')
@Controller('tareas')
export class TareasController {
  constructor(private readonly tareas: TareasService) {}

  @Get()
  @ApiOperation({ summary: 'List tareas, the newest first; a usuario sees the own ones' })
  @ApiOkResponse({ type: TareaPageDto })
  @ApiProblems('CURSOR_INVALID', 'VALIDATION_FAILED')
  async list(@CurrentUser() user: Principal, @Query() query: ListTareasDto): Promise<TareaPageDto> {
    const rows = await this.tareas.list(
      user,
      {
        estado: query.estado,
        delegadoUsuarioId: query.delegado_usuario_id,
        desde: query.desde,
        hasta: query.hasta,
        beforeId: query.cursor === undefined ? undefined : CURSOR.decode(query.cursor)[0],
      },
      query.limit + 1,
    );
    return toPage(rows, query.limit, presentTarea, ({ id }) => CURSOR.encode(id));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a tarea; a usuario sees the own ones' })
  @ApiTareaId()
  @ApiOkResponse({ type: TareaDto })
  @ApiProblems('TAREA_NOT_FOUND')
  async find(@CurrentUser() user: Principal, @Param('id', IdPipe) id: number): Promise<TareaDto> {
    return presentTarea(await this.tareas.find(user, id));
  }

  @Post()
  @Roles('supervisor')
  @ApiOperation({ summary: 'Create a tarea (supervisor, admin)' })
  @ApiCreatedResponse({ type: TareaDto })
  @ApiProblems(
    'TAREA_DATES_INVALID',
    'VALIDATION_FAILED',
    'USUARIO_NOT_FOUND',
    'TAREA_CODIGO_DUPLICATE',
  )
  async create(@CurrentUser() user: Principal, @Body() body: CreateTareaDto): Promise<TareaDto> {
    return presentTarea(await this.tareas.create(user, body));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a tarea (supervisor, admin; the delegado: estado only)' })
  @ApiTareaId()
  @ApiOkResponse({ type: TareaDto })
  @ApiProblems(
    'TAREA_DATES_INVALID',
    'VALIDATION_FAILED',
    'TAREA_NOT_FOUND',
    'USUARIO_NOT_FOUND',
    'TAREA_VERSION_CONFLICT',
    'TAREA_ESTADO_INVALIDO',
  )
  async update(
    @CurrentUser() user: Principal,
    @Param('id', IdPipe) id: number,
    @Body() body: UpdateTareaDto,
  ): Promise<TareaDto> {
    return presentTarea(await this.tareas.update(user, id, body));
  }

  @Delete(':id')
  @Roles('supervisor')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a tarea (supervisor, admin)' })
  @ApiTareaId()
  @ApiNoContentResponse()
  @ApiProblems('TAREA_NOT_FOUND')
  async remove(@Param('id', IdPipe) id: number): Promise<void> {
    await this.tareas.remove(id);
  }
}
