/** Node's socket.io with the same events as servers.py: node socketio.mjs FOLDER_WITH_NODE_MODULES WELCOME FACT */
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder, welcome, fact] = process.argv.slice(2);
const { Server } = createRequire(join(folder, "x.js"))("socket.io");
const answer = JSON.parse(welcome);
const raised = JSON.parse(fact);
let number = 0;

const http = createServer((request, response) => {
  if (request.url === "/cpu") {
    const { user, system } = process.cpuUsage();
    response.end(JSON.stringify((user + system) / 1e6));
  } else {
    response.writeHead(303, { Location: "/", "Set-Cookie": `bare=${"x".repeat(43)}; HttpOnly; Path=/` }).end();
  }
});
const io = new Server(http, { transports: ["websocket"], serveClient: false });
io.on("connection", (socket) => {
  socket.on("enter", ({ lesson }, acknowledge) => {
    socket.join(lesson);
    acknowledge(answer);
  });
  socket.on("hand", ({ lesson }, acknowledge) => {
    number += 1;
    io.to(lesson).emit("facts", [{ ...raised, stream: lesson, number }]);
    acknowledge({});
  });
});
http.listen(0, "127.0.0.1", 4096, () => console.log(http.address().port));
