import { applyDecorators } from '@nestjs/common';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';

/** A variable that may be absent and is otherwise `true` or `false`. */
export function Flag(): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsIn(['true', 'false'], { message: 'must be true or false' }),
  );
}

/** A variable that may be absent and is otherwise a whole number from `min` to `max`. */
export function Whole(min: number, max: number, message: string): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsInt({ message }),
    Min(min, { message }),
    Max(max, { message }),
  );
}
