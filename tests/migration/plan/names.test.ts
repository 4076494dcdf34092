import { expect, test } from "vitest";
import { Namespace, snakeCase } from "../../../migration/plan/names";

test.each([
  ["OrderID", "order_id"],
  ["HTTPServer", "http_server"],
  ["already_snake", "already_snake"],
  ["Order Items", "order_items"],
  ["order-items.v2", "order_items_v2"],
  ["GrößeXL", "größe_xl"],
  ["Клиенты", "клиенты"],
  ["address2Line", "address2_line"],
  ["_privateName", "_private_name"],
  ["ABC", "abc"],
  ["日本語", "日本語"],
  ["!?", "!?"],
])("%s in snake case is %s, which stays as it is", (name, snake) => {
  expect(snakeCase(name)).toBe(snake);
  expect(snakeCase(snake)).toBe(snake);
});

test("of two names that become one the second ends in a hash of its own name", () => {
  const names = new Namespace([], snakeCase);
  const [first, second, third] = ["OrderID", "order_id", "Order ID"].map((name) => names.take(name));
  expect(first).toBe("order_id");
  expect(second).toMatch(/^order_id_[0-9a-f]{8}$/);
  expect(third).toMatch(/^order_id_[0-9a-f]{8}$/);
  expect(third).not.toBe(second);
});
